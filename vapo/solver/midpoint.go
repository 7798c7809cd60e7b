package solver

// Midpoint is the explicit midpoint rule, order 2.
var Midpoint = Tableau{
	Name:   "midpoint",
	Title:  "explicit midpoint",
	Source: "Runge 1895, doi:10.1007/BF01446807",
	Order:  2,
	A:      [][]float64{{}, {1. / 2}},
	B:      []float64{0, 1},
	C:      []float64{0, 1. / 2},
}
