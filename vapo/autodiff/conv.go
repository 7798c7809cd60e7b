package autodiff

import (
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"
)

// Conv is the convolution (cross-correlation, as everywhere in deep learning) of images x
// [batch, height, width, in] with an odd kernel [k, k, in, out], stride 1, zero padding that
// keeps the size: [batch, height, width, out]. It can be differentiated any number of times.
//
// On XLA it is the native convolution; on pure Go it is one matrix product, an order of magnitude faster there.
func Conv(x, kernel *graph.Node) *graph.Node {
	k := kernel.Shape().Dim(0)
	if x.Rank() != 4 || kernel.Rank() != 4 || kernel.Shape().Dim(1) != k || k%2 == 0 ||
		kernel.Shape().Dim(2) != x.Shape().Dim(3) {
		exceptions.Panicf("autodiff.Conv: want x [batch, height, width, in] and an odd kernel [k, k, in, out], got x %s and "+
			"kernel %s", x.Shape(), kernel.Shape())
	}
	native := func() *graph.Node { return graph.Convolve(x, kernel).PadSame().Done() }
	if onXLA(x) {
		return native()
	}
	// Gradients are those of the native node, which is not computed: see convvjp.go.
	y, _ := graph.InternalFusedOpCaller(func() *graph.Node { return newWindow(x, k).conv(x, kernel) }, native, true)
	return y
}

// onXLA tells XLA, which makes its own choices, from pure Go.
func onXLA(x *graph.Node) bool { return x.Graph().Backend().Name() == "xla" }

// window lays images out so that each neighbour that a k×k kernel sees of a pixel is a whole number of rows away. An image is a
// cell of height+r by width+r rows, one row of channels for each pixel, with r = k/2 zeros below and on the right, which are also
// those above and on the left of what follows. A product's row for a pixel comes lead rows later, in the lower right of a cell;
// cells that are added at the end hold the last of them.
type window struct {
	b, h, w, k, r int
	lead          int // rows between a pixel and the first of its neighbours
	cells         int // images, and what is added at the end
}

func newWindow(x *graph.Node, k int) window {
	d := x.Shape().Dimensions
	v := window{b: d[0], h: d[1], w: d[2], k: k, r: k / 2}
	v.lead = v.r*(v.w+v.r) + v.r
	cell := (v.h + v.r) * (v.w + v.r)
	v.cells = v.b + (2*v.lead+cell-1)/cell
	return v
}

// columns are the neighbours of each pixel side by side, [rows, k·k·channels]. GoMLX's Concatenate moves whole rows; its Slice
// and Gather go from number to number.
func (v window) columns(x *graph.Node) *graph.Node {
	channels := x.Shape().Dim(3)
	zeros := func(dims ...int) *graph.Node { return graph.Zeros(x.Graph(), shapes.Make(x.DType(), dims...)) }
	if v.r > 0 {
		x = graph.Concatenate([]*graph.Node{x, zeros(v.b, v.h, v.r, channels)}, 2)
		x = graph.Concatenate([]*graph.Node{x, zeros(v.b, v.r, v.w+v.r, channels)}, 1)
	}
	rows := v.b * (v.h + v.r) * (v.w + v.r)
	x = graph.Reshape(x, rows, channels)
	all := v.cells * (v.h + v.r) * (v.w + v.r)
	var shifted []*graph.Node
	for i := range v.k {
		for j := range v.k {
			before := 2*v.lead - i*(v.w+v.r) - j
			parts := []*graph.Node{x}
			if before > 0 {
				parts = append([]*graph.Node{zeros(before, channels)}, parts...)
			}
			if after := all - rows - before; after > 0 {
				parts = append(parts, zeros(after, channels))
			}
			shifted = append(shifted, graph.Concatenate(parts, 0))
		}
	}
	return graph.Concatenate(shifted, -1)
}

// conv is Conv.
func (v window) conv(x, kernel *graph.Node) *graph.Node {
	in, out := kernel.Shape().Dim(2), kernel.Shape().Dim(3)
	y := graph.MatMul(v.columns(x), graph.Reshape(kernel, v.k*v.k*in, out))
	y = graph.Reshape(y, v.cells, v.h+v.r, v.w+v.r, out)
	return graph.Slice(y, graph.AxisRange(0, v.b), graph.AxisRange(v.r), graph.AxisRange(v.r), graph.AxisRange())
}

// kernelGradient is the gradient of ⟨conv(x, kernel), u⟩ in the kernel.
func (v window) kernelGradient(x, u *graph.Node) *graph.Node {
	in, out := x.Shape().Dim(3), u.Shape().Dim(3)
	before := graph.PadAxis{Start: v.r}
	u = graph.Pad(u, graph.ScalarZero(u.Graph(), u.DType()), graph.PadAxis{End: v.cells - v.b}, before, before, graph.PadAxis{})
	return graph.Reshape(product(v.columns(x), 0, graph.Reshape(u, -1, out), 0), v.k, v.k, in, out)
}
