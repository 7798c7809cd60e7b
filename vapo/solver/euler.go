package solver

// Euler is the explicit Euler method, order 1.
var Euler = Tableau{
	Name:   "euler",
	Title:  "Euler",
	Source: "Euler 1768, Institutiones calculi integralis",
	Order:  1,
	A:      [][]float64{{}},
	B:      []float64{1},
	C:      []float64{0},
}
