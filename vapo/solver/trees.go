package solver

import (
	"math"
	"sync"
)

// maxOrder is the highest order that Tableau.Validate can check.
const maxOrder = 10

// tree is a rooted tree, the index of one order condition of a Runge–Kutta method: children are the subtrees that
// hang from the root, as positions in the list of all trees.
type tree struct {
	order    int     // number of nodes
	density  float64 // γ(t) = order · Π γ(child)
	children []int
}

// rootedTrees lists the rooted trees of order 1 … maxOrder by increasing order: 1, 1, 2, 4, 9, 20, 48, 115, 286, 719.
// A tree of order n is a multiset of smaller trees with n−1 nodes in all, written here with positions that never rise.
var rootedTrees = sync.OnceValue(func() []tree {
	trees := []tree{{order: 1, density: 1}}
	var hang func(n, left, highest int, density float64, children []int)
	hang = func(n, left, highest int, density float64, children []int) {
		if left == 0 {
			trees = append(trees, tree{n, density * float64(n), append([]int(nil), children...)})
			return
		}
		for c := highest; c >= 0; c-- {
			if child := trees[c]; child.order <= left {
				hang(n, left-child.order, c, density*child.density, append(children, c))
			}
		}
	}
	for n := 2; n <= maxOrder; n++ {
		hang(n, n-1, len(trees)-1, 1, nil)
	}
	return trees
})

// orderReached returns the largest p ≤ limit for which the weights w satisfy every order condition up to p on the
// stages a: Σ w_i Φ_i(t) = scale/γ(t) for each rooted tree t with at most p nodes, where Φ_i(t) = Π_c Σ_j a_ij Φ_j(c)
// over the subtrees c at the root. scale is 1 for the weights of a method and 0 for the difference of two methods.
// Source: Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, 2nd ed., theorem II.2.13.
func orderReached(a [][]float64, w []float64, scale float64, limit int) int {
	const tolerance = 1e-12 // coefficients are rounded to float64; those of order 8 reach 43 in size
	var elementary [][]float64
	for _, t := range rootedTrees() {
		if t.order > limit {
			break
		}
		phi := make([]float64, len(w))
		var sum float64
		for i := range phi {
			phi[i] = 1
			for _, c := range t.children {
				phi[i] *= dot(a[i], elementary[c])
			}
			sum += w[i] * phi[i]
		}
		if !(math.Abs(sum-scale/t.density) <= tolerance) {
			return t.order - 1
		}
		elementary = append(elementary, phi)
	}
	return limit
}

// dot returns Σ a_j x_j over the length of a.
func dot(a, x []float64) float64 {
	var sum float64
	for j, v := range a {
		sum += v * x[j]
	}
	return sum
}
