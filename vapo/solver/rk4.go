package solver

// RK4 is the classical Runge–Kutta method, order 4.
var RK4 = Tableau{
	Name:   "rk4",
	Title:  "classical Runge–Kutta",
	Source: "Kutta 1901, Z. Math. Phys. 46, 435–453",
	Order:  4,
	A:      [][]float64{{}, {1. / 2}, {0, 1. / 2}, {0, 0, 1}},
	B:      []float64{1. / 6, 1. / 3, 1. / 3, 1. / 6},
	C:      []float64{0, 1. / 2, 1. / 2, 1},
}
