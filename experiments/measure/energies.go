package measure

import (
	"context"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/internal/numbers"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
)

// Energies are −Φ(x, s) of the first n examples of a set, or of all of a smaller one, each placed on the path by [Place] with
// noise of its own. tell is told how many are done.
func Energies(ctx context.Context, f *flow.Flow, data dataset.Dataset, s float64, n int, seed int64,
	tell func(done int)) ([]float64, error) {
	path, err := f.Coefficients(s)
	if err != nil {
		return nil, err
	}
	const batch = 32
	info := data.Info()
	n, size := AtMost(n, info), info.Size()
	var out []float64
	for from := 0; from < n; from += batch {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x := make([]float32, batch*size)
		for row := range batch {
			i := min(from+row, n-1) // the last batch repeats its last example, so that one executable serves all
			if err := data.Read(i, x[row*size:][:size]); err != nil {
				return nil, err
			}
			Place(path, x[row*size:][:size], seed, uint64(i))
		}
		phi, grad, err := f.Evaluate(tensors.FromFlatDataAndDimensions(x, append([]int{batch}, info.Shape...)...), s)
		if err != nil {
			return nil, err
		}
		for _, v := range numbers.Flat(phi)[:min(batch, n-from)] {
			out = append(out, -v)
		}
		numbers.Finalize(phi, grad)
		tell(min(from+batch, n))
	}
	return out, nil
}

// Place makes the data x̄ in x to μx̄ + √v ε, with noise that is a function of (seed, stream).
func Place(at homotopy.Values, x []float32, seed int64, stream uint64) {
	mu, sd := float32(at.Mu), float32(at.Sd())
	noise := rand.New(rand.NewPCG(uint64(seed), stream))
	for j := range x {
		x[j] = mu*x[j] + sd*float32(noise.NormFloat64())
	}
}
