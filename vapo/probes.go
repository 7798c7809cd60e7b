package vapo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/internal/numbers"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/internal/plain"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/optimizer"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/times"
)

// What the kinds of pieces give at fixed inputs, for their [behaviour].

// pathOf are μ, v and their derivatives.
func pathOf(h homotopy.Homotopy) (out []float64, err error) {
	path, err := homotopy.Evaluate(backend.Host(), h, []float64{0, 0.1, 0.3, 0.5, 0.7, 0.9, 1})
	for _, v := range path {
		out = append(out, v.Mu, v.V, v.MuDot, v.VDot)
	}
	return out, err
}

// lossOf are the losses of four points of the plane on a fixed path in a fixed potential.
func lossOf(l loss.Loss) ([]float64, error) {
	path := homotopy.Path{
		Mu: func(s *graph.Node) *graph.Node { return s },
		Sd: func(s *graph.Node) *graph.Node { return graph.OneMinus(graph.MulScalar(s, 0.9)) },
	}
	values, err := graph.CallOnce(backend.Host(), func(data, noise, s *graph.Node) *graph.Node {
		return l.Value(homotopy.Draw(path, data, noise, s), wave)
	}, pattern(4, 2), [][]float32{{1, -0.5}, {0.3, 2}, {-1, 0.1}, {0.7, -0.9}}, []float32{0.1, 0.3, 0.6, 0.9})
	if err != nil {
		return nil, err
	}
	return numbers.Flat(values), nil
}

// wave is Φ = Σ sin(x + s), and its gradient.
func wave(x, s *graph.Node) (phi, grad *graph.Node) {
	phi = graph.ReduceSum(graph.Sin(graph.Add(x, homotopy.PerExample(s, x))), 1)
	return phi, graph.Gradient(graph.ReduceAllSum(phi), x)[0]
}

// timesOf are draws of s, and weights.
func timesOf(law times.Law) ([]float64, error) {
	s := make([]float32, 8)
	law.Draw(rand.New(rand.NewPCG(1, 2)), s)
	out := numbers.Wide(s)
	if weighted, ok := law.(times.Weighted); ok {
		weights, err := graph.CallOnce(backend.Host(), weighted.Weight, []float32{0.1, 0.4, 0.8})
		if err != nil {
			return nil, err
		}
		out = append(out, numbers.Flat(weights)...)
	}
	return out, nil
}

// twoUpdates are how far two steps move weights of the given shapes.
func twoUpdates(o optimizer.Optimizer, weights ...[]int) ([]float64, error) {
	store := model.NewStore()
	var vars []*model.Variable
	for _, dims := range weights {
		v, err := store.CreateVariable(fmt.Sprintf("/%s/weight_%d", potential.Scope, len(dims)), pattern(dims...))
		if err != nil {
			return nil, err
		}
		vars = append(vars, v.SetTrainable(true))
	}
	exec, err := model.NewExec(backend.Host(), store, func(scope *model.Scope, rate *graph.Node) *graph.Node {
		var grads []*graph.Node
		for _, v := range vars {
			grads = append(grads, graph.Sin(v.NodeValue(rate.Graph())))
		}
		o.Update(scope, vars, grads, rate)
		return rate
	})
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	for range 2 {
		out, err := exec.Call1(float32(0.1))
		if err != nil {
			return nil, err
		}
		out.MustFinalizeAll()
	}
	var out []float64
	for _, v := range vars {
		value, err := v.Value()
		if err != nil {
			return nil, err
		}
		begun := numbers.Flat(pattern(v.Shape().Dimensions...))
		for i, w := range numbers.Flat(value) {
			out = append(out, w-begun[i])
		}
	}
	return out, nil
}

// examples are the first n of a data set.
func examples(data dataset.Dataset, n int) (out []float64, err error) {
	info := data.Info()
	if info.Len > 0 {
		n = min(n, info.Len)
	}
	x := make([]float32, tensors.FromShape(float32Shape(info.Shape...)).Size())
	for i := range n {
		if err := data.Read(i, x); err != nil {
			return nil, err
		}
		out = append(out, numbers.Wide(x[:min(len(x), 16)])...)
	}
	return out, nil
}

// pattern holds numbers in [−1, 1] that have no symmetry.
func pattern(dims ...int) *tensors.Tensor {
	t := tensors.FromShape(float32Shape(dims...))
	tensors.MustMutableFlatData(t, func(flat []float32) {
		for i := range flat {
			flat[i] = float32(math.Cos(0.7*float64(i) + 0.3))
		}
	})
	return t
}

// untrained builds the network, without what is fitted to data, on pure Go: the shapes of its weights, and Φ of two examples at
// its first weights and at moved ones, so that what begins at zero takes part; of a [potential.VectorField], its projection on x
// besides. There are no values of a network in bfloat16: with and without SIMD, those of a deep one differ by a tenth.
func (m *Model) untrained() (weights map[string]shapes.Shape, values []float64, err error) {
	store := model.NewStore()
	store.SetParam(model.ParamInitialSeed, int64(1))
	half := false
	exec, err := model.NewExec(backend.Host(), store, func(scope *model.Scope, x, s *graph.Node) *graph.Node {
		p, scope := m.Potential, scope.At(potential.Scope)
		if base, ok := p.(potential.GaussianBase); ok { // which may not have been fitted yet
			p, scope = base.Rest, scope.In("rest")
		}
		phi := p.Value(scope, x, s)
		if f, ok := p.(potential.VectorField); ok {
			phi = graph.Concatenate([]*graph.Node{phi, graph.ReduceSum(graph.Reshape(graph.Mul(x, f.Field(scope, x, s)), 2, -1), 1)}, 0)
		}
		half = slices.ContainsFunc(x.Graph().Nodes(), func(n *graph.Node) bool { return n.DType() == dtypes.BFloat16 })
		return phi
	})
	if err != nil {
		return nil, nil, fmt.Errorf("vapo: building the potential: %w", plain.Error(err))
	}
	defer exec.Finalize()
	weights = map[string]shapes.Shape{}
	for i := range 2 {
		phi, err := exec.Call1(pattern(append([]int{2}, m.Shape...)...), []float32{0.3, 0.8})
		if err != nil {
			return nil, nil, fmt.Errorf("vapo: building the potential: %w", plain.Error(err))
		}
		values = append(values, numbers.Flat(phi)...)
		phi.MustFinalizeAll()
		for v := range store.IterVariables() {
			if v.Trainable {
				weights[v.Path()] = v.Shape()
			}
			if i == 0 {
				if err := stir(v); err != nil {
					return nil, nil, fmt.Errorf("vapo: building the potential: weight %s: %w", v.Path(), err)
				}
			}
		}
		if half {
			return weights, nil, nil
		}
	}
	return weights, values, nil
}

// stir moves a weight off its first value.
func stir(v *model.Variable) error {
	value, err := v.Value()
	if err != nil || !v.Trainable || v.DType() != dtypes.Float32 {
		return err
	}
	moved := tensors.MustCopyFlatData[float32](value)
	by := numbers.Flat(pattern(v.Shape().Dimensions...))
	for i := range moved {
		moved[i] += float32(0.1 * by[i])
	}
	return v.SetValue(tensors.FromFlatDataAndDimensions(moved, v.Shape().Dimensions...))
}
