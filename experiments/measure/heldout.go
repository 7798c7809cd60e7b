package measure

import (
	"fmt"
	"math/rand/v2"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/internal/uncertainty"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/potential"
)

// Alignment is E‖∇Φ − u_c‖²/d, overall with s uniform on [0, 1] and in its quarters.
type Alignment struct {
	Overall  float64
	Quarters [4]float64

	StdErr         float64 // standard errors of the examples, not of the training
	QuartersStdErr [4]float64

	Each []float64 // of each example, by its place in the set
}

// heldOutBatch is the number of examples evaluated at once.
const heldOutBatch = 32

// HeldOut measures a flow on the first n examples of a set it was not trained on: the Alignment loss without its factor ½. One
// value of s falls in each n-th of [0, 1]; noise and s are functions of (seed, index).
func HeldOut(f *flow.Flow, data dataset.Dataset, n int, seed uint64) (Alignment, error) {
	var a Alignment
	info := data.Info()
	if info.Len > 0 {
		n = min(n, info.Len)
	}
	if n < 4 {
		return a, fmt.Errorf("held-out alignment needs at least 4 examples, one per quarter of s; %s has %d", info.Name, n)
	}
	size := info.Size()
	exec, err := f.Compile(dtypes.Float32, func(at potential.Function, in []*graph.Node) []*graph.Node {
		draw := homotopy.Draw(f.Homotopy, in[0], in[1], in[2])
		_, grad := at(draw.X, draw.S)
		square := graph.Square(graph.Sub(grad, draw.Velocity()))
		return []*graph.Node{graph.ReduceMean(graph.Reshape(square, square.Shape().Dim(0), -1), 1)}
	})
	if err != nil {
		return a, fmt.Errorf("held-out alignment: %w", err)
	}
	defer exec.Finalize()

	place := rand.New(rand.NewPCG(seed, 0)).Perm(n) // sets may be sorted: s must not follow their order
	var values [4][]float64
	dims := append([]int{heldOutBatch}, info.Shape...)
	for start := 0; start < n; start += heldOutBatch {
		x, noise, s := make([]float32, heldOutBatch*size), make([]float32, heldOutBatch*size), make([]float32, heldOutBatch)
		for k := range heldOutBatch {
			i := min(start+k, n-1) // the last batch repeats, so that one executable serves all
			if err := data.Read(i, x[k*size:][:size]); err != nil {
				return a, err
			}
			rng := rand.New(rand.NewPCG(seed, uint64(i)+1))
			s[k] = (float32(place[i]) + rng.Float32()) / float32(n)
			for j := range size {
				noise[k*size+j] = float32(rng.NormFloat64())
			}
		}
		out, err := exec.Call(tensors.FromFlatDataAndDimensions(x, dims...), tensors.FromFlatDataAndDimensions(noise, dims...), s)
		if err != nil {
			return a, fmt.Errorf("held-out alignment: %w", err)
		}
		for k, v := range tensors.MustCopyFlatData[float32](out[0])[:min(heldOutBatch, n-start)] {
			quarter := min(int(4*s[k]), 3)
			values[quarter] = append(values[quarter], float64(v))
			a.Each = append(a.Each, float64(v))
		}
		out[0].MustFinalizeAll()
	}
	for q, v := range values {
		a.Quarters[q], a.QuartersStdErr[q] = uncertainty.Mean(v)
	}
	a.Overall, a.StdErr = uncertainty.Mean(a.Each)
	return a, nil
}

// Untrained is what a model's network starts from: the Gaussian with the data's mean and covariance, or Φ = 0.
func Untrained(m *vapo.Model) *flow.Flow {
	if m.Config.Base == "gaussian" {
		return m.With(potential.GaussianBase{Homotopy: m.Homotopy})
	}
	return m.With(nothing{})
}

// nothing is Φ = 0.
type nothing struct{}

func (nothing) Value(_ *model.Scope, x, _ *graph.Node) *graph.Node {
	return graph.ReduceSum(graph.Reshape(graph.MulScalar(x, 0), x.Shape().Dim(0), -1), 1)
}
