package solver

// DormandPrince5 is the 5(4) pair of Dormand and Prince: seven stages, the last reused. SciPy calls it RK45.
var DormandPrince5 = Tableau{
	Name:   "dopri5",
	Title:  "Dormand–Prince 5(4)",
	Source: "Dormand & Prince 1980, doi:10.1016/0771-050X(80)90013-3",
	Order:  5,
	A: [][]float64{
		{},
		{1. / 5},
		{3. / 40, 9. / 40},
		{44. / 45, -56. / 15, 32. / 9},
		{19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
		{9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
		{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84},
	},
	B:     []float64{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84, 0},
	C:     []float64{0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1},
	Error: [][]float64{{71. / 57600, 0, -71. / 16695, 71. / 1920, -17253. / 339200, 22. / 525, -1. / 40}},
}
