package flow

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/potential"
)

// Node is a value of the computation graph.
type Node = graph.Node

// Flow is a potential on a path with its weights. Fill in the fields; it compiles on first use, once for each shape of input, and
// may be used concurrently. The weights are copied then: changing one in place later has no effect, another Store has.
type Flow struct {
	Backend   compute.Backend
	Homotopy  homotopy.Homotopy
	Potential potential.Potential
	Shape     []int        // of one example: [d] or [height, width, channels]
	Store     *model.Store // the weights; nil before training, or where the potential has none

	mu      sync.Mutex
	engines map[dtypes.DType]*engine
	copies  []*Flow // on the backend's other devices
}

// With is another potential on the same path, with the same weights: an exact one beside the learned one. The fields of what it
// gives may be set.
func (f *Flow) With(p potential.Potential) *Flow {
	return &Flow{Backend: f.Backend, Homotopy: f.Homotopy, Potential: p, Shape: f.Shape, Store: f.Store}
}

// OnDevices is the flow on each device that its backend shares work among ([backend.Over]), the first being f itself.
func (f *Flow) OnDevices() []*Flow {
	devices := backend.Devices(f.Backend)
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.copies) != len(devices)-1 || len(f.copies) > 0 &&
		(f.copies[0].Store != f.Store || f.copies[0].Backend != devices[1]) {
		f.copies = nil
		for _, b := range devices[1:] {
			c := f.With(f.Potential)
			c.Backend = b
			f.copies = append(f.copies, c)
		}
	}
	return append([]*Flow{f}, f.copies...)
}

// Dim is the dimension d of one example.
func (f *Flow) Dim() int {
	d := 1
	for _, n := range f.Shape {
		d *= n
	}
	return d
}

// Coefficients gives those of the path at s in [0, 1], on the host in float64.
func (f *Flow) Coefficients(s float64) (homotopy.Values, error) {
	if f.Homotopy == nil {
		return homotopy.Values{}, errors.New("flow: it needs a homotopy")
	}
	values, err := homotopy.Evaluate(backend.Host(), f.Homotopy, []float64{s})
	if err != nil {
		return homotopy.Values{}, err
	}
	return values[0], nil
}

// Validate says which field is not filled in.
func (f *Flow) Validate() error {
	for _, field := range []struct {
		missing bool
		what    string
	}{{f.Backend == nil, "a backend"}, {f.Homotopy == nil, "a homotopy"}, {f.Potential == nil, "a potential"}, {len(f.Shape) == 0, "the shape of an example"}} {
		if field.missing {
			return fmt.Errorf("flow: it needs %s; fill in Backend, Homotopy, Potential and Shape", field.what)
		}
	}
	return nil
}

// Check says what is wrong with points, which must be [n, shape...] in float32 or float64 with n > 0.
func (f *Flow) Check(x *tensors.Tensor) error {
	if err := f.Validate(); err != nil {
		return err
	}
	if err := x.CheckValid(); err != nil {
		return fmt.Errorf("flow: the points: %w", err)
	}
	shape := x.Shape()
	if shape.DType != dtypes.Float32 && shape.DType != dtypes.Float64 {
		return fmt.Errorf("flow: the points are %s; want float32 or float64", shape)
	}
	if shape.Rank() == 0 || !slices.Equal(shape.Dimensions[1:], f.Shape) {
		return fmt.Errorf("flow: the points are %s; want [n, ...] with examples of shape %v", shape, f.Shape)
	}
	if shape.Dim(0) == 0 {
		return fmt.Errorf("flow: the batch is empty (%s); give at least one point", shape)
	}
	return nil
}
