package autodiff

import (
	"reflect"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"
)

// init adds the missing VJPs to GoMLX's table (graph.VJPRegistration) and replaces that of ungrouped convolutions. An entry that GoMLX
// has gained since stays. The table is a plain map that every gradient reads: here nothing can be reading it yet.
func init() {
	for op, vjp := range missing {
		if _, ok := graph.VJPRegistration[op]; !ok {
			graph.VJPRegistration[op] = vjp
		}
	}
	replaceConvolutionVJP()
}

// missing holds the VJPs that GoMLX v0.28.2 does not define. Convolutions need Reverse, and
// Slice's VJP uses Pad, so that neither can be differentiated twice without them.
var missing = map[graph.NodeType]graph.VJP{
	graph.NodeTypeReverse: reverseVJP,
	graph.NodeTypePad:     padVJP,
}

// reverseVJP: reversing is its own transpose.
func reverseVJP(node *graph.Node, v []*graph.Node, _ shapes.Shape) []*graph.Node {
	return []*graph.Node{node.CloneWithInputs(v[0])}
}

// padVJP: the transpose of padding with zeros is the slice that undoes it. The fill value
// gets no gradient.
func padVJP(node *graph.Node, v []*graph.Node, _ shapes.Shape) []*graph.Node {
	x := node.Inputs()[0]
	ranges := make([]graph.SliceAxisSpec, x.Rank())
	for axis, p := range padding(node) {
		if p.start < 0 || p.end < 0 {
			exceptions.Panicf("autodiff: the gradient of Pad with a negative padding (start %d, end %d of axis %d) is not defined; use Slice", p.start, p.end, axis)
		}
		ranges[axis] = graph.AxisRange(p.start, node.Shape().Dim(axis)-p.end).Stride(p.interior + 1)
	}
	return []*graph.Node{graph.Slice(v[0], ranges...), nil}
}

type pad struct{ start, end, interior int }

func padding(node *graph.Node) []pad {
	config := operands(node).FieldByName("axesConfig")
	pads := make([]pad, node.Rank())
	for i := range config.Len() {
		axis := config.Index(i)
		pads[i] = pad{
			start:    int(axis.FieldByName("Start").Int()),
			end:      int(axis.FieldByName("End").Int()),
			interior: int(axis.FieldByName("Interior").Int()),
		}
	}
	return pads
}

// operands reads a node's configuration. GoMLX v0.28.2 keeps it in unexported fields
// (core/graph/gen_compute_ops.go, nodeInputsPad and nodeInputsConvGeneral) and offers no accessor;
// reading by reflection is allowed, and fails loudly should a field ever be renamed.
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
