package flow

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/internal/variables"
	"vapoflow/vapo/potential"
)

// Autoguided is the flow of Φ + weight·(Φ − Φ_weak): away from what a weak potential, trained less or smaller on the same data and
// path, makes of it, which takes off errors that both have (Karras et al. 2024, arXiv:2406.02507). It is a potential like any
// other, that of ρ̄^(1+weight)/ρ̄_weak^weight at each s, so that it samples, scores and has a log-density; that its flow ends at the
// composed density is known to be wrong (Du et al. 2023, arXiv:2302.11552). An evaluation costs those of both. The weight is at
// least 0; from about 1 on single images run away, as nothing bounds a difference of potentials.
func (f *Flow) Autoguided(weak *Flow, weight float64) (*Flow, error) {
	if weak == nil {
		return nil, errors.New("flow: the weak potential is nil")
	}
	if !(weight >= 0) || math.IsInf(weight, 0) {
		return nil, fmt.Errorf("flow: guidance of weight %g; it must be at least 0, and 0.5 is usual", weight)
	}
	g := f.With(autoguided{f.Potential, weak.Potential, weight})
	g.Store = model.NewStore()
	for _, of := range []struct {
		*Flow
		name string
	}{{f, "strong"}, {weak, "weak"}} {
		if err := of.Validate(); err != nil {
			return nil, fmt.Errorf("%w (the %s potential)", err, of.name)
		}
		if _, ok := of.Potential.(potential.VectorField); ok {
			return nil, fmt.Errorf("flow: the %s one, %T, has a field that is no gradient; autoguidance composes potentials", of.name, of.Potential)
		}
		if err := adopt(g.Store, of.Store, of.name); err != nil {
			return nil, fmt.Errorf("flow: the %s potential's weights: %w", of.name, err)
		}
	}
	same, err := f.samePath(weak)
	if err != nil {
		return nil, err
	}
	if !same || !slices.Equal(weak.Shape, f.Shape) {
		return nil, fmt.Errorf("flow: the weak potential carries examples of shape %v on %v, the strong one %v on %v; both must be of one shape and path",
			weak.Shape, weak.Homotopy, f.Shape, f.Homotopy)
	}
	return g, nil
}

// samePath compares what two paths do, for functions within them do not compare.
func (f *Flow) samePath(other *Flow) (bool, error) {
	for _, s := range []float64{0.2, 0.5, 0.9} {
		a, err := f.Coefficients(s)
		if err != nil {
			return false, err
		}
		b, err := other.Coefficients(s)
		if err != nil || a != b {
			return false, err
		}
	}
	return true, nil
}

// adopt copies the weights of a potential into a store, to a scope of their own in the potential's.
func adopt(into, from *model.Store, name string) error {
	const root = "/" + potential.Scope
	return variables.Into(into, from, func(v *model.Variable) string {
		return root + "/" + name + strings.TrimPrefix(v.Path(), root)
	}, func(v *model.Variable) (*tensors.Tensor, error) {
		if !strings.HasPrefix(v.Path(), root+"/") {
			return nil, nil
		}
		return variables.Clone(v)
	})
}

// autoguided is strong + weight·(strong − weak).
type autoguided struct {
	strong, weak potential.Potential
	weight       float64
}

func (g autoguided) Value(scope *model.Scope, x, s *Node) *Node {
	strong, weak := g.strong.Value(scope.In("strong"), x, s), g.weak.Value(scope.In("weak"), x, s)
	return graph.Add(strong, graph.MulScalar(graph.Sub(strong, weak), g.weight))
}
