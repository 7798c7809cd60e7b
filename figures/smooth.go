package figures

// RunningMean is the mean over the twentieth of a curve around each point: over less near the beginning, where curves fall, and
// at the end over what there is before it, so that the last value is not that of one noisy point.
func RunningMean(y []float64) []float64 {
	reach := len(y) / 40
	out := make([]float64, len(y))
	for i := range y {
		near := min(reach, i)
		window := y[i-near : min(i+near+1, len(y))]
		for _, v := range window {
			out[i] += v / float64(len(window))
		}
	}
	return out
}
