package potential

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"

	"vapoflow/vapo/autodiff"
)

// ResNet is a small convolutional potential for images x [batch, height, width, channels].
// It only encodes: levels of residual blocks at 1/2, 1/4, 1/8 of the resolution, and on as long as 4 pixels remain,
// each summed into Φ. Its gradient runs back through the same levels with the same weights,
// so that ∇Φ has the reach of a U-Net at half the parameters. The zero value has 0.2 M
// parameters for 32×32×3.
type ResNet struct {
	Width  int `json:"width"` // channels of the first level, doubled at the next; 0 means 32
	Blocks int `json:"depth"` // residual blocks of each level; 0 means 1

	// BFloat16 computes the levels in bfloat16. The weights stay in float32, and so do the read-outs, their sum Φ and the clock's
	// layers: for machines that are fast in it, which processors are not. ∇Φ differs by about 1 % of itself.
	BFloat16 bool `json:"bfloat16"`
}

var (
	_ Potential = ResNet{}
	_ Shaped    = ResNet{}
)

// Accepts implements [Shaped].
func (r ResNet) Accepts(shape []int) error {
	if len(shape) != 3 {
		return fmt.Errorf("it takes images [height, width, channels], and the data has examples of shape %v", shape)
	}
	if shape[0]%8 != 0 || shape[1]%8 != 0 {
		return fmt.Errorf("it needs a height and width that are multiples of 8, and the images are %d×%d; pad or resize them "+
			"(image_size does it for folders)", shape[0], shape[1])
	}
	return nil
}

// Value implements [Potential]; height and width of x must be multiples of 8, at least.
func (r ResNet) Value(scope *model.Scope, x, s *Node) *Node {
	x.AssertRank(4)
	width, blocks := or(r.Width, 32), or(r.Blocks, 1)
	clock := autodiff.Swish(dense(scope.In("clock"), EmbedClock(s), 128, DrawnOnHost))

	phi := readout(scope.In("pixels"), x, clock)
	h := x
	if r.BFloat16 {
		h = graph.ConvertDType(h, dtypes.BFloat16)
	}
	for level := range levels(x.Shape().Dim(1), x.Shape().Dim(2)) {
		in := scope.In("level_%d", level)
		size, channels := 1, 2*width
		if level == 0 {
			size, channels = 3, width
		}
		h = conv(in.In("down"), size, spaceToDepth(h), channels, DrawnOnHost)
		for i := range blocks {
			h = residual(in.In("block_%d", i), h, clock)
		}
		phi = graph.Add(phi, readout(in.In("readout"), autodiff.Swish(h), clock))
	}
	return phi
}

// levels is three, and more as long as 4 pixels remain: 3 for 32×32, 4 for 64×64.
func levels(height, width int) int {
	n := 3
	for shrink := 1 << (n + 1); height%shrink == 0 && width%shrink == 0 && min(height, width)/shrink >= 4; shrink *= 2 {
		n++
	}
	return n
}

// residual is h + W swish(a(s) conv(swish(h)) + b(s)), the convolution 3×3 and W 1×1. W starts at
// zero, so that a deep network starts as a shallow one and gradients of gradients stay tame.
func residual(scope *model.Scope, h, clock *Node) *Node {
	channels := h.Shape().Dim(3)
	inner := conv(scope.In("first"), 3, autodiff.Swish(h), channels, DrawnOnHost)
	scale := graph.ConvertDType(perChannel(scope.In("scale"), clock, channels, DrawnOnHost), h.DType())
	shift := graph.ConvertDType(perChannel(scope.In("shift"), clock, channels, DrawnOnHost), h.DType())
	inner = autodiff.Swish(graph.Add(graph.Mul(inner, autodiff.Spread(graph.OnePlus(scale), h)), autodiff.Spread(shift, h)))
	return graph.Add(h, conv(scope.In("second"), 1, inner, channels, zero))
}

// readout sums ½a(s)h² + b(s)h over pixels and channels, [batch]. It starts at zero.
func readout(scope *model.Scope, h, clock *Node) *Node {
	channels := h.Shape().Dim(3)
	a := perChannel(scope.In("square"), clock, channels, zero)
	b := perChannel(scope.In("linear"), clock, channels, zero)
	h = graph.ConvertDType(h, clock.DType())
	a, b = autodiff.Spread(a, h), autodiff.Spread(b, h)
	return autodiff.Sum(graph.Mul(h, graph.Add(graph.MulScalar(graph.Mul(a, h), 0.5), b)))
}

// perChannel maps the clock's features to one value per example and channel, [batch, 1, 1, channels].
func perChannel(scope *model.Scope, clock *Node, channels int, init initial) *Node {
	return graph.InsertAxes(dense(scope, clock, channels, init), 1, 1)
}

func conv(scope *model.Scope, size int, x *Node, channels int, init initial) *Node {
	weight := func(scope *model.Scope, name string, dims ...int) *Node {
		stored := x.DType()
		if stored == dtypes.BFloat16 { // what the optimizer moves keeps its digits
			stored = dtypes.Float32
		}
		return graph.ConvertDType(scope.VariableWithShape(name, shapes.Make(stored, dims...)).NodeValue(x.Graph()), x.DType())
	}
	kernel := weight(scope.WithInitializer(init(scope)), "kernel", size, size, x.Shape().Dim(3), channels)
	bias := weight(scope.WithInitializer(initializer.Zero), "bias", channels)
	y := autodiff.Conv(x, kernel)
	return graph.Add(y, autodiff.Spread(bias, y))
}

// spaceToDepth moves each 2×2 block of pixels into channels: [b, h, w, c] to [b, h/2, w/2, 4c].
func spaceToDepth(x *Node) *Node {
	b, h, w, c := x.Shape().Dim(0), x.Shape().Dim(1), x.Shape().Dim(2), x.Shape().Dim(3)
	x = graph.Reshape(x, b, h/2, 2, w/2, 2, c)
	return graph.Reshape(graph.TransposeAllAxes(x, 0, 1, 3, 2, 4, 5), b, h/2, w/2, 4*c)
}
