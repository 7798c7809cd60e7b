package density

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/stat"

	"vapoflow/internal/numbers"
	"vapoflow/vapo/flow"
)

// ExactLimit is the largest dimension of [Exact], whose graph grows with it.
const ExactLimit = 32

// Divergence is a way to find the divergence of the field, ∇·∇Φ = ΔΦ: [Exact] or [Hutchinson].
type Divergence interface {
	// directions are the v of vᵀ(∇²Φ)v, [k, 1 or n, d] flat, for the examples first ≤ i < first+n.
	directions(d, first, n int) (flat []float64, k, rows int, err error)
	// combine makes the divergence and its standard error of the k products of one example.
	combine(products []float64) (value, stdErr float64)
}

// Exact is ΔΦ = Σ_j e_jᵀ(∇²Φ)e_j, one Hessian-vector product for each of up to [ExactLimit] dimensions.
type Exact struct{}

// Hutchinson estimates ΔΦ = E vᵀ(∇²Φ)v by the mean over random probes v with E vvᵀ = I (Hutchinson 1990,
// doi:10.1080/03610919008812866). Probes are a function of (Seed, index of the example) and the same all along a flow, so that
// the log-density's estimate is without bias and its error over probes is known.
type Hutchinson struct {
	Probes   int  // at least 1; the standard error, NaN for one probe, falls with √Probes
	Gaussian bool // v ~ N(0, I); otherwise Rademacher (±1), whose variance is never larger
	Seed     uint64
}

var (
	_ Divergence = Exact{}
	_ Divergence = Hutchinson{}
)

// probeStream keeps the random numbers of the probes apart from other uses.
const probeStream = 1 << 48

func (Exact) directions(d, _, _ int) ([]float64, int, int, error) {
	if d > ExactLimit {
		return nil, 0, 0, fmt.Errorf("density: the exact divergence takes at most %d dimensions, got %d; use Hutchinson",
			ExactLimit, d)
	}
	identity := make([]float64, d*d)
	for j := range d {
		identity[j*d+j] = 1
	}
	return identity, d, 1, nil
}

func (Exact) combine(products []float64) (value, stdErr float64) {
	for _, q := range products {
		value += q
	}
	return value, 0
}

func (h Hutchinson) directions(d, first, n int) ([]float64, int, int, error) {
	if h.Probes < 1 {
		return nil, 0, 0, fmt.Errorf("density: Hutchinson's estimate needs at least one probe, got %d", h.Probes)
	}
	probes := make([]float64, h.Probes*n*d)
	for i := range n {
		r := rand.New(rand.NewPCG(h.Seed, probeStream|uint64(first+i)))
		for k := range h.Probes {
			v := probes[(k*n+i)*d:][:d]
			for j := range v {
				if h.Gaussian {
					v[j] = r.NormFloat64()
				} else {
					v[j] = float64(2*r.IntN(2) - 1)
				}
			}
		}
	}
	return probes, h.Probes, n, nil
}

func (Hutchinson) combine(products []float64) (value, stdErr float64) {
	mean, sd := stat.MeanStdDev(products, nil)
	return mean, sd / math.Sqrt(float64(len(products)))
}

// Laplacian gives ΔΦ at the points x [n, shape...] and one s in [0, 1], with the standard error over probes (nil for
// [Exact]). A nil Divergence is Exact.
func Laplacian(f *flow.Flow, x *tensors.Tensor, s float64, with Divergence) (value, stdErr []float64, err error) {
	if _, err := points(f, x); err != nil {
		return nil, nil, err
	}
	with = orExact(with)
	v, err := probes(f, x, with, 0)
	if err != nil {
		return nil, nil, err
	}
	defer numbers.Finalize(v)
	grad, products, err := f.Curvatures(x, s, v)
	if err != nil {
		return nil, nil, err
	}
	defer numbers.Finalize(grad, products)
	value, stdErr = combine(with, numbers.Flat(products), x.Shape().Dim(0))
	return value, stdErr, nil
}

// probes are the directions for the points x, the first of which has the given index.
func probes(f *flow.Flow, x *tensors.Tensor, with Divergence, first int) (*tensors.Tensor, error) {
	flat, k, rows, err := with.directions(f.Dim(), first, x.Shape().Dim(0))
	if err != nil {
		return nil, err
	}
	return numbers.Tensor(x.DType(), flat, append([]int{k, rows}, f.Shape...)...), nil
}

// combine reduces products [n, k], flat, to n values.
func combine(with Divergence, products []float64, n int) (value, stdErr []float64) {
	k := len(products) / n
	value, stdErr = make([]float64, n), make([]float64, n)
	for i := range n {
		value[i], stdErr[i] = with.combine(products[i*k:][:k])
	}
	if _, exact := with.(Exact); exact {
		stdErr = nil
	}
	return value, stdErr
}

func orExact(with Divergence) Divergence {
	if with == nil {
		return Exact{}
	}
	return with
}
