package density

// Directions are Hutchinson's probes for the first n examples of d dimensions, [probes][n][d] flat.
func (h Hutchinson) Directions(d, n int) []float64 {
	flat, _, _, err := h.directions(d, 0, n)
	if err != nil {
		panic(err)
	}
	return flat
}
