package autodiff

import (
	"reflect"
	"sync"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"
)

// Register adds the missing VJPs to GoMLX's table (graph.VJPRegistration). It is idempotent
// and leaves an entry alone that GoMLX has gained since. [Conv] calls it.
var Register = sync.OnceFunc(func() {
	for op, vjp := range missing {
		if _, ok := graph.VJPRegistration[op]; !ok {
			graph.VJPRegistration[op] = vjp
		}
	}
})

// missing holds the VJPs that GoMLX v0.28.2 does not define. Convolve's own VJP uses
// Reverse, and Slice's uses Pad, so that neither can be differentiated twice without them.
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

// padding reads the configuration of a Pad node. GoMLX v0.28.2 keeps it in an unexported
// field (core/graph/gen_compute_ops.go, nodeInputsPad.axesConfig) and offers no accessor;
// reading by reflection is allowed and fails loudly should the field ever be renamed.
func padding(node *graph.Node) []pad {
	config := reflect.ValueOf(node).Elem().FieldByName("inputs").Elem().Elem().FieldByName("axesConfig")
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
