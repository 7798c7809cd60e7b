package times_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/times"
)

// However s is drawn, the weighted mean must be the uniform one: here of powers of s.
func TestTimesHaveTheUniformMean(t *testing.T) {
	for name, law := range times.List.All() {
		t.Run(name, func(t *testing.T) {
			s := make([]float32, 100_000)
			law.Draw(rand.New(rand.NewPCG(1, 2)), s)
			again := make([]float32, len(s))
			law.Draw(rand.New(rand.NewPCG(1, 2)), again)
			if !slices.Equal(s, again) {
				t.Error("drawn twice from equal sources, the times differ; usual cause: random numbers that are not of the source that is given")
			}
			weight := make([]float32, len(s))
			for i := range weight {
				weight[i] = 1
			}
			if weighted, ok := law.(times.Weighted); ok {
				out, err := graph.CallOnce(backend.Host(), weighted.Weight, s)
				if err != nil {
					t.Fatal(err)
				}
				weight = out.Value().([]float32)
			}
			for power := range 4 {
				mean := 0.0
				for i := range s {
					if !(s[i] >= 0 && s[i] <= 1) {
						t.Fatalf("s = %g is outside [0, 1]", s[i])
					}
					mean += float64(weight[i]) * math.Pow(float64(s[i]), float64(power)) / float64(len(s))
				}
				if want := 1 / float64(power+1); !(math.Abs(mean-want) <= 0.005) { // five standard errors of uniform draws
					t.Errorf("E[w s^%d] = %.4f, want %.4f; usual cause: the weight is the inverse of the density, or is missing",
						power, mean, want)
				}
			}
		})
	}
}
