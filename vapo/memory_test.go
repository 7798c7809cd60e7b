package vapo

import (
	"math"
	"testing"

	"vapoflow/vapo/backend"
)

// The weights that a network says it will have are those that it is built with.
func TestSizeIsThatOfTheWeights(t *testing.T) {
	for _, c := range []struct {
		potential    string
		width, depth int
		shape        []int
	}{
		{"mlp", 0, 0, []int{2}}, {"mlp", 7, 1, []int{5}}, {"mlp", 16, 4, []int{3}},
		{"resnet", 0, 0, []int{32, 32, 3}}, {"resnet", 4, 2, []int{16, 24, 1}}, {"resnet", 3, 1, []int{64, 64, 3}},
	} {
		config := DefaultConfig()
		config.Potential, config.Width, config.Depth = c.potential, c.width, c.depth
		m, err := config.Model(backend.Host(), c.shape, nil)
		if err != nil {
			t.Fatal(err)
		}
		shapes, _, err := m.untrained()
		if err != nil {
			t.Fatal(err)
		}
		built := 0
		for _, shape := range shapes {
			built += shape.Size()
		}
		if said, _ := config.size(c.shape); said != float64(built) {
			t.Errorf("%v: says %g weights, is built with %d", c, said, built)
		}
	}
	config := DefaultConfig()
	config.Width, config.Batch = math.MaxInt, math.MaxInt
	if err := config.CheckMemory([]int{2}); err == nil {
		t.Error("a network of the largest width was let through")
	}
}
