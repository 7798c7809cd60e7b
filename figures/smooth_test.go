package figures

import "testing"

// The mean begins at the curve's first value and ends at the mean of its last fortieth.
func TestRunningMean(t *testing.T) {
	y := make([]float64, 80)
	for i := range y {
		y[i] = float64(i % 2)
	}
	y[0] = 9
	got := RunningMean(y)
	if got[0] != 9 || got[40] != 0.4 || got[79] != 2./3 {
		t.Errorf("begins at %g, is %g in the middle and ends at %g; want 9, 0.4, 2/3", got[0], got[40], got[79])
	}
}
