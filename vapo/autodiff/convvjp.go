package autodiff

import (
	"reflect"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// init registers a VJP for convolutions that can itself be differentiated; the table is a plain map that every gradient reads,
// and here nothing can be reading it yet. GoMLX v0.28.8's (core/graph/ops_convolve.go, convGeneralVJP) panics on dilated inputs,
// which its own gradient of a strided convolution makes, and gives the kernel's gradient axes that its next gradient rejects.
// Grouped convolutions keep the old one.
func init() {
	grouped := graph.VJPRegistration[graph.NodeTypeConvGeneral]
	graph.VJPRegistration[graph.NodeTypeConvGeneral] = func(node *graph.Node, v []*graph.Node, outputShape shapes.Shape) []*graph.Node {
		c := convolutionOf(node)
		if c.grouped {
			return grouped(node, v, outputShape)
		}
		x, kernel := node.Inputs()[0], node.Inputs()[1]
		inKernel := func() *graph.Node { return c.transposeKernel(x, kernel, v[0]) }
		if onXLA(x) || !c.isConv(kernel) {
			return []*graph.Node{c.transposeInput(x, kernel, v[0]), inKernel()}
		}
		turned := graph.TransposeAllAxes(graph.Reverse(kernel, 0, 1), 0, 1, 3, 2)
		fast, _ := graph.InternalFusedOpCaller(func() *graph.Node {
			return newWindow(x, kernel.Shape().Dim(0)).kernelGradient(x, v[0])
		}, inKernel, true)
		return []*graph.Node{Conv(v[0], turned), fast}
	}
}

// isConv tells whether this is what [Conv] makes.
func (c convolution) isConv(kernel *graph.Node) bool {
	k := kernel.Shape().Dim(0)
	around := [2]int{k / 2, k / 2}
	return kernel.Rank() == 4 && k%2 == 1 && kernel.Shape().Dim(1) == k && reflect.DeepEqual(c, convolution{
		axes: compute.ConvolveAxesConfig{
			InputBatch: 0, InputSpatial: []int{1, 2}, InputChannels: 3,
			KernelSpatial: []int{0, 1}, KernelInputChannels: 2, KernelOutputChannels: 3,
			OutputBatch: 0, OutputSpatial: []int{1, 2}, OutputChannels: 3,
		},
		stride: []int{1, 1}, inputDilation: []int{1, 1}, dilation: []int{1, 1}, padding: [][2]int{around, around},
	})
}

// convolution is the configuration of a convolution node, one entry per spatial axis: with
// x̃ the input dilated by inputDilation and padded,
//
//	y[p] = Σ_q x̃[p·stride + q·dilation] kernel[q].
//
// Both of its transposes are convolutions of the same kind, so that the set is closed under
// differentiation.
type convolution struct {
	axes                            compute.ConvolveAxesConfig
	stride, inputDilation, dilation []int
	padding                         [][2]int
	grouped                         bool
}

func convolutionOf(node *graph.Node) convolution {
	o := operands(node)
	a := o.FieldByName("axes")
	axis := func(name string) int { return int(a.FieldByName(name).Int()) }
	spatial := func(name string) []int { return ints(a.FieldByName(name)) }
	c := convolution{
		axes: compute.ConvolveAxesConfig{
			InputBatch: axis("InputBatch"), InputChannels: axis("InputChannels"), InputSpatial: spatial("InputSpatial"),
			KernelInputChannels: axis("KernelInputChannels"), KernelOutputChannels: axis("KernelOutputChannels"), KernelSpatial: spatial("KernelSpatial"),
			OutputBatch: axis("OutputBatch"), OutputChannels: axis("OutputChannels"), OutputSpatial: spatial("OutputSpatial"),
		},
		grouped: o.FieldByName("channelGroupCount").Int() > 1 || o.FieldByName("batchGroupCount").Int() > 1,
	}
	n := len(c.axes.InputSpatial)
	orOnes := func(values []int) []int { // absent means 1 everywhere
		for len(values) < n {
			values = append(values, 1)
		}
		return values
	}
	c.stride = orOnes(ints(o.FieldByName("strides")))
	c.inputDilation = orOnes(ints(o.FieldByName("inputDilations")))
	c.dilation = orOnes(ints(o.FieldByName("kernelDilations")))
	c.padding = make([][2]int, n)
	for i, p := 0, o.FieldByName("paddings"); i < p.Len(); i++ {
		c.padding[i] = [2]int{int(p.Index(i).Index(0).Int()), int(p.Index(i).Index(1).Int())}
	}
	return c
}

// transposeInput convolves v with the reversed kernel, channels exchanged: strides become dilations of v.
func (c convolution) transposeInput(x, kernel, v *graph.Node) *graph.Node {
	a := c.axes
	axes := compute.ConvolveAxesConfig{
		InputBatch: a.OutputBatch, InputChannels: a.OutputChannels, InputSpatial: a.OutputSpatial,
		KernelInputChannels: a.KernelOutputChannels, KernelOutputChannels: a.KernelInputChannels, KernelSpatial: a.KernelSpatial,
		OutputBatch: a.InputBatch, OutputChannels: a.InputChannels, OutputSpatial: a.InputSpatial,
	}
	padding := make([][2]int, len(c.padding))
	for i := range padding {
		reach := (kernel.Shape().Dim(a.KernelSpatial[i]) - 1) * c.dilation[i]
		extent := (v.Shape().Dim(a.OutputSpatial[i])-1)*c.stride[i] + 1
		low := reach - c.padding[i][0]
		padding[i] = [2]int{low, (x.Shape().Dim(a.InputSpatial[i])-1)*c.inputDilation[i] + 1 + reach - extent - low}
	}
	return graph.ConvGeneral(v, graph.Reverse(kernel, a.KernelSpatial...), axes, c.inputDilation, padding, c.stride, c.dilation, 1, 1)
}

// transposeKernel convolves x with v as the kernel, batch and channels exchanged: strides and dilations change roles.
func (c convolution) transposeKernel(x, kernel, v *graph.Node) *graph.Node {
	a := c.axes
	axes := compute.ConvolveAxesConfig{
		InputBatch: a.InputChannels, InputChannels: a.InputBatch, InputSpatial: a.InputSpatial,
		KernelInputChannels: a.OutputBatch, KernelOutputChannels: a.OutputChannels, KernelSpatial: a.OutputSpatial,
		OutputBatch: a.KernelInputChannels, OutputChannels: a.KernelOutputChannels, OutputSpatial: a.KernelSpatial,
	}
	padding := make([][2]int, len(c.padding))
	for i := range padding {
		reach := (v.Shape().Dim(a.OutputSpatial[i]) - 1) * c.stride[i]
		extent := (x.Shape().Dim(a.InputSpatial[i])-1)*c.inputDilation[i] + 1
		low := c.padding[i][0]
		padding[i] = [2]int{low, (kernel.Shape().Dim(a.KernelSpatial[i])-1)*c.dilation[i] + 1 + reach - extent - low}
	}
	return graph.ConvGeneral(x, v, axes, c.dilation, padding, c.inputDilation, c.stride, 1, 1)
}

// operands reads a node's configuration. GoMLX v0.28.8 keeps it in unexported fields (core/graph/gen_compute_ops.go,
// nodeInputsConvGeneral) and offers no accessor; reading by reflection is allowed, and fails loudly should a field ever be
// renamed.
func operands(node *graph.Node) reflect.Value {
	return reflect.ValueOf(node).Elem().FieldByName("inputs").Elem().Elem()
}

func ints(v reflect.Value) []int {
	values := make([]int, v.Len())
	for i := range values {
		values[i] = int(v.Index(i).Int())
	}
	return values
}
