package autodiff

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"
)

// Conv is the convolution (cross-correlation, as everywhere in deep learning) of images x
// [batch, height, width, in] with an odd kernel [k, k, in, out], stride 1, zero padding that
// keeps the size: [batch, height, width, out]. It can be differentiated any number of times.
//
// On XLA it is the native convolution; on pure Go it is k² shifted matrix products, which
// run there an order of magnitude faster.
func Conv(x, kernel *graph.Node) *graph.Node {
	k := kernel.Shape().Dim(0)
	if x.Rank() != 4 || kernel.Rank() != 4 || kernel.Shape().Dim(1) != k || k%2 == 0 || kernel.Shape().Dim(2) != x.Shape().Dim(3) {
		exceptions.Panicf("autodiff.Conv: want x [batch, height, width, in] and an odd kernel [k, k, in, out], got x %s and kernel %s", x.Shape(), kernel.Shape())
	}
	if x.Graph().Backend().Name() == "xla" {
		return graph.Convolve(x, kernel).PadSame().Done()
	}
	return convByMatMul(x, kernel)
}

// convByMatMul pads x once and adds, for each of the k×k offsets, the shifted image times
// that offset's [in, out] matrix.
func convByMatMul(x, kernel *graph.Node) *graph.Node {
	b, h, w, in := x.Shape().Dim(0), x.Shape().Dim(1), x.Shape().Dim(2), x.Shape().Dim(3)
	k, out := kernel.Shape().Dim(0), kernel.Shape().Dim(3)
	border := graph.PadAxis{Start: k / 2, End: k / 2}
	padded := graph.Pad(x, graph.ScalarZero(x.Graph(), x.DType()), graph.PadAxis{}, border, border, graph.PadAxis{})
	var sum *graph.Node
	for i := range k {
		for j := range k {
			shifted := graph.Slice(padded, graph.AxisRange(), graph.AxisRange(i, i+h), graph.AxisRange(j, j+w), graph.AxisRange())
			matrix := graph.Reshape(graph.Slice(kernel, graph.AxisElem(i), graph.AxisElem(j), graph.AxisRange(), graph.AxisRange()), in, out)
			term := graph.MatMul(graph.Reshape(shifted, b*h*w, in), matrix)
			if sum == nil {
				sum = term
			} else {
				sum = graph.Add(sum, term)
			}
		}
	}
	return graph.Reshape(sum, b, h, w, out)
}
