package solver

import (
	"math"
	"testing"
)

// The factors of a PID controller are Söderlind's, and a step after a rejection does not grow.
func TestControllerFactors(t *testing.T) {
	c := Controller{Safety: 0.8, P: 0.3, I: 0.5, D: 0.1, MinFactor: 0.3, MaxFactor: 5}.start(5)
	near := func(got, want float64, what string) {
		t.Helper()
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	near(c.accept(0.5), 0.8*math.Pow(0.5, -0.9/5), "the first step")
	near(c.accept(0.2), 0.8*math.Pow(0.2, -0.9/5)*math.Pow(0.5, 0.5/5), "the second")
	near(c.accept(0.4), 0.8*math.Pow(0.4, -0.9/5)*math.Pow(0.2, 0.5/5)*math.Pow(0.5, -0.1/5), "the third")
	near(c.reject(3), 0.8*math.Pow(3, -1./5), "a rejected one")
	near(c.accept(1e-3), 1, "the one accepted after a rejection")
	near(c.accept(0), 5, "no error")
	near(c.reject(1e9), 0.3, "an error far too large")
	near(c.reject(math.Inf(1)), notFinite, "an overflow")
}
