package metric

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Moments are the mean and covariance of features, accumulated batch by batch in float64: memory is 8·Dim² bytes whatever the
// number of samples. The scatter is kept about the running mean (Chan, Golub and LeVeque, 1979), so that a mean far larger
// than the spread costs no digits. One goroutine at a time may use it.
type Moments struct {
	n       int
	mean    []float64
	scatter blas64.Symmetric // Σ (x − mean)(x − mean)ᵀ, upper triangle
}

// NewMoments has seen nothing yet of features of dim dimensions, which must be positive.
func NewMoments(dim int) *Moments {
	if dim < 1 {
		panic(fmt.Sprintf("metric: NewMoments: dim is %d; want at least 1", dim))
	}
	return &Moments{
		mean:    make([]float64, dim),
		scatter: blas64.Symmetric{N: dim, Stride: dim, Uplo: blas.Upper, Data: make([]float64, dim*dim)},
	}
}

// N is the number of samples seen.
func (m *Moments) N() int { return m.n }

// Dim is the number of features.
func (m *Moments) Dim() int { return len(m.mean) }

// Add takes in a batch of features [b, Dim], float32 or float64, of any b ≥ 1; batches of hundreds are fastest. A batch that
// it refuses (another size, a value that is not finite) leaves it as it was.
func (m *Moments) Add(features *tensors.Tensor) error {
	x, err := flatten("Moments.Add: features", features)
	if err != nil {
		return err
	}
	if x.d != m.Dim() {
		return fmt.Errorf("metric: Moments.Add: features have %d dimensions, those before had %d: use one extractor",
			x.d, m.Dim())
	}
	mean := make([]float64, x.d)
	for i := range x.n {
		floats.AddScaled(mean, 1/float64(x.n), x.row(i))
	}
	for i := range x.n {
		floats.Sub(x.row(i), mean)
	}
	addOuter(m.scatter, x)
	m.shift(x.n, mean)
	return nil
}

// shift joins the means after the scatter of a batch about its own mean was added.
func (m *Moments) shift(n int, mean []float64) {
	if n == 0 {
		return
	}
	total := float64(m.n + n)
	floats.Sub(mean, m.mean)
	blas64.Syr(float64(m.n)*float64(n)/total, blas64.Vector{N: len(mean), Inc: 1, Data: mean}, m.scatter)
	floats.AddScaled(m.mean, float64(n)/total, mean)
	m.n += n
}

// Mean is a copy of the mean [Dim] of the samples seen.
func (m *Moments) Mean() []float64 { return append([]float64(nil), m.mean...) }

// Covariance is a copy of the unbiased covariance [Dim, Dim] (n−1 in the denominator, as numpy.cov has it), zero where
// fewer than two samples were seen.
func (m *Moments) Covariance() *mat.SymDense {
	c := mat.NewSymDense(m.Dim(), nil)
	if m.n > 1 {
		floats.AddScaled(c.RawSymmetric().Data, 1/float64(m.n-1), m.scatter.Data)
	}
	return c
}

// addOuter adds XᵀX to the upper triangle of s, in panels: gonum's Gemm uses all processors, its Syrk one.
func addOuter(s blas64.Symmetric, x points) {
	const panel = 256
	columns := func(from, to int) blas64.General {
		return blas64.General{Rows: x.n, Cols: to - from, Stride: x.d, Data: x.flat[from:]}
	}
	for i := 0; i < x.d; i += panel {
		end := min(i+panel, x.d)
		block := blas64.General{Rows: end - i, Cols: x.d - i, Stride: s.Stride, Data: s.Data[i*s.Stride+i:]}
		blas64.Gemm(blas.Trans, blas.NoTrans, 1, columns(i, end), columns(i, x.d), 1, block)
	}
}
