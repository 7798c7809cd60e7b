package plain_test

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/internal/plain"
)

func Example() {
	_, err := graph.CallOnce(backend.Host(), func(x, y *graph.Node) *graph.Node { return graph.Mul(x, y) }, [][]float32{{1, 2}}, []float32{3})
	fmt.Println(plain.Error(err))
	// Output: if operands are not scalars, their rank must match for BinaryOp (Mul); got shapes (Float32)[1, 2] and (Float32)[1]
}
