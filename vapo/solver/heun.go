package solver

// Heun is the explicit trapezoidal rule, order 2.
var Heun = Tableau{
	Name:   "heun",
	Title:  "Heun (explicit trapezoid)",
	Source: "Heun 1900, Z. Math. Phys. 45, 23–38",
	Order:  2,
	A:      [][]float64{{}, {1}},
	B:      []float64{1. / 2, 1. / 2},
	C:      []float64{0, 1},
}
