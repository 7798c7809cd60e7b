package figures

// RunningMean is the mean over the twentieth of a curve around each point, less near the ends.
func RunningMean(y []float64) []float64 {
	reach := len(y) / 40
	out := make([]float64, len(y))
	for i := range y {
		near := min(reach, i, len(y)-1-i) // as far on one side as on the other
		for _, v := range y[i-near : i+near+1] {
			out[i] += v / float64(2*near+1)
		}
	}
	return out
}
