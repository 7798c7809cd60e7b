package solver

// BogackiShampine is the 3(2) pair of Bogacki and Shampine: four stages, the last reused.
var BogackiShampine = Tableau{
	Name:   "bosh3",
	Title:  "Bogacki–Shampine 3(2)",
	Source: "Bogacki & Shampine 1989, doi:10.1016/0893-9659(89)90079-7",
	Order:  3,
	A: [][]float64{
		{},
		{1. / 2},
		{0, 3. / 4},
		{2. / 9, 1. / 3, 4. / 9},
	},
	B:     []float64{2. / 9, 1. / 3, 4. / 9, 0},
	C:     []float64{0, 1. / 2, 3. / 4, 1},
	Error: [][]float64{{-5. / 72, 1. / 12, 1. / 9, -1. / 8}},
}
