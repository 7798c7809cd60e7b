package inception

import (
	"math"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// convolve is the cross-correlation of x [n, height, width, in] with kernel [height, width, in, out]: on XLA the native
// convolution, on pure Go a sum of shifted matrix products, which run there an order of magnitude faster.
func convolve(x, kernel *graph.Node, l layer) *graph.Node {
	if x.Graph().Backend().Name() == "xla" {
		conv := graph.Convolve(x, kernel).Strides(l.stride)
		if !l.valid {
			conv = conv.PadSame()
		}
		return conv.Done()
	}
	if !l.valid && l.height*l.width > 1 {
		zero := graph.ScalarZero(x.Graph(), x.DType())
		x = graph.Pad(x, zero, graph.PadAxis{}, border(l.height), border(l.width), graph.PadAxis{})
	}
	return shiftedProducts(x, kernel, l)
}

// border are the zeros before and behind that keep an axis' size under an odd kernel of size k.
func border(k int) graph.PadAxis { return graph.PadAxis{Start: k / 2, End: k / 2} }

// shiftedProducts adds, for each position in the kernel, the image seen from there times that position's matrix [in, out].
func shiftedProducts(x, kernel *graph.Node, l layer) *graph.Node {
	n := x.Shape().Dim(0)
	height, width := outputs(x.Shape().Dim(1), l.height, l.stride), outputs(x.Shape().Dim(2), l.width, l.stride)
	var sum *graph.Node
	for i := range l.height {
		for j := range l.width {
			patches := graph.Reshape(window(x, i, j, height, width, l.stride, l.stride), n*height*width, l.in)
			matrix := graph.Slice(kernel, graph.AxisElem(i), graph.AxisElem(j), graph.AxisRange(), graph.AxisRange())
			product := graph.MatMul(patches, graph.Reshape(matrix, l.in, l.out))
			if sum == nil {
				sum = product
			} else {
				sum = graph.Add(sum, product)
			}
		}
	}
	return graph.Reshape(sum, n, height, width, l.out)
}

// window is what output position (0, 0), (0, 1), … sees of x at offset (i, j): [n, height, width, channels].
// Positions are down rows and right columns apart.
func window(x *graph.Node, i, j, height, width, down, right int) *graph.Node {
	rows := graph.AxisRange(i, i+(height-1)*down+1).Stride(down)
	columns := graph.AxisRange(j, j+(width-1)*right+1).Stride(right)
	return graph.Slice(x, graph.AxisRange(), rows, columns, graph.AxisRange())
}

// outputs counts the positions of a window of size k within size pixels.
func outputs(size, k, stride int) int { return (size-k)/stride + 1 }

// maxPool is the 3×3 maximum at every second position, without padding.
func maxPool(x *graph.Node) *graph.Node { return pool(x, 2, graph.Max) }

// maxPoolSame is the 3×3 maximum around each position, over what lies inside the image.
func maxPoolSame(x *graph.Node) *graph.Node {
	return pool(padded(x, graph.Infinity(x.Graph(), x.DType(), -1)), 1, graph.Max)
}

// meanPoolSame is the 3×3 mean around each position, over what lies inside the image: padding is not counted.
func meanPoolSame(x *graph.Node) *graph.Node {
	sum := func(x *graph.Node) *graph.Node {
		return pool(padded(x, graph.ScalarZero(x.Graph(), x.DType())), 1, graph.Add)
	}
	ones := graph.Ones(x.Graph(), shapes.Make(x.DType(), 1, x.Shape().Dim(1), x.Shape().Dim(2), 1))
	return graph.Div(sum(x), sum(ones))
}

// padded adds one pixel of value on each side.
func padded(x, value *graph.Node) *graph.Node {
	return graph.Pad(x, value, graph.PadAxis{}, border(3), border(3), graph.PadAxis{})
}

// pool joins 3×3 windows, first along rows, then along columns: a few whole-array operations, where the native pool of pure
// Go calls a function for every pixel of every window.
func pool(x *graph.Node, stride int, join func(a, b *graph.Node) *graph.Node) *graph.Node {
	height, width := x.Shape().Dim(1), outputs(x.Shape().Dim(2), 3, stride)
	x = join(join(window(x, 0, 0, height, width, 1, stride), window(x, 0, 1, height, width, 1, stride)), window(x, 0, 2, height, width, 1, stride))
	height = outputs(height, 3, stride)
	return join(join(window(x, 0, 0, height, width, stride, 1), window(x, 1, 0, height, width, stride, 1)), window(x, 2, 0, height, width, stride, 1))
}

// quantise rounds [-1, 1] to the 256 levels of the image files from which published features are computed, and clips.
func quantise(x *graph.Node) *graph.Node {
	level := graph.Floor(graph.AddScalar(graph.MulScalar(x, 127.5), 128))
	return graph.AddScalar(graph.MulScalar(graph.ClipScalar(level, 0, 255), 1/127.5), -1)
}

// resize maps x [n, h, w, c] to [n, size, size, c] by bilinear interpolation between pixel centres, as PyTorch's interpolate
// with align_corners=False: two pixels in each direction also where it shrinks. An image of that size stays as it is.
func resize(x *graph.Node, size int) *graph.Node {
	if h := x.Shape().Dim(1); h != size {
		x = graph.Einsum("nhwc,sh->nswc", x, interpolation(x, h, size))
	}
	if w := x.Shape().Dim(2); w != size {
		x = graph.Einsum("nhwc,sw->nhsc", x, interpolation(x, w, size))
	}
	return x
}

// interpolation is the matrix [to, from] of linear interpolation along one axis.
func interpolation(like *graph.Node, from, to int) *graph.Node {
	matrix := make([][]float32, to)
	for i := range matrix {
		matrix[i] = make([]float32, from)
		at := max((float64(i)+0.5)*float64(from)/float64(to)-0.5, 0)
		left := int(at)
		weight := at - math.Floor(at)
		matrix[i][left] += float32(1 - weight)
		matrix[i][min(left+1, from-1)] += float32(weight)
	}
	return graph.Const(like.Graph(), matrix)
}
