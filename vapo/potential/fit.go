package potential

import (
	"fmt"
	"math"
	"runtime"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// fitExamples and fitValues are how many examples, and values in them, the Gaussian base is estimated from at most: 20,000 images
// of 32×32×3, or 5,000 of 64×64×3, leave an error of two per cent in each of its variances.
const (
	fitExamples = 20_000
	fitValues   = fitExamples * 32 * 32 * 3
)

// FitGaussian estimates a [Gaussian] of examples of the given shape, [d] or [height, width,
// channels], of which read(i, dst) gives the i-th, 0 ≤ i < n; at most 20,000 evenly among them are read, and of large ones fewer.
// read is called concurrently.
func FitGaussian(shape []int, n int, read func(i int, dst []float32) error) (*Gaussian, error) {
	if n < 2 || len(shape) != 1 && len(shape) != 3 {
		return nil, fmt.Errorf("potential: a Gaussian base needs at least 2 examples of shape [d] or [height, width, "+
			"channels], got %d of shape %v", n, shape)
	}
	all, each := n, read
	n = max(2, min(n, fitExamples, fitValues/product(shape)))
	read = func(i int, dst []float32) error { return each(i*all/n, dst) } // evenly: sets are often in the order of their classes
	g := &Gaussian{Shape: shape}
	last := shape[len(shape)-1]
	mean, cov, err := moments(shape, n, read)
	if err != nil {
		return nil, err
	}
	g.Mean = mean
	eigen, err := eigenbasis(cov, last)
	if err != nil {
		return nil, err
	}
	if len(shape) == 3 {
		g.Axes = append(g.Axes, dct(shape[0]), dct(shape[1]))
	}
	g.Axes = append(g.Axes, eigen)
	return g, g.variances(n, read)
}

// moments gives the mean of every entry and the covariance of the last axis, pooled over the others.
func moments(shape []int, n int, read func(int, []float32) error) (mean []float32, cov *mat.SymDense, err error) {
	size, last := product(shape), shape[len(shape)-1]
	sum := make([]float64, size)
	err = visit(n, size, read, nil, func(x []float32) {
		for j, v := range x {
			sum[j] += float64(v)
		}
	})
	if err != nil {
		return nil, nil, err
	}
	mean = make([]float32, size)
	for j := range sum {
		mean[j] = float32(sum[j] / float64(n))
	}
	products := make([]float64, last*last)
	err = visit(n, size, read, nil, func(x []float32) {
		for at := 0; at < size; at += last {
			for a := range last {
				da := float64(x[at+a] - mean[at+a])
				for b := a; b < last; b++ {
					products[a*last+b] += da * float64(x[at+b]-mean[at+b])
				}
			}
		}
	})
	if err != nil {
		return nil, nil, err
	}
	for k := range products {
		products[k] /= float64(n) * float64(size/last)
	}
	return mean, mat.NewSymDense(last, products), nil // SymDense reads the upper triangle
}

// variances fills in Λ: the variance of each entry of Qᵀ(x − m).
func (g *Gaussian) variances(n int, read func(int, []float32) error) error {
	size := product(g.Shape)
	sum := make([]float64, size)
	rotate := func(x []float32) []float32 {
		for j := range x {
			x[j] -= g.Mean[j]
		}
		for axis, q := range g.Axes {
			x = rotateHost(x, g.Shape, axis, q)
		}
		return x
	}
	err := visit(n, size, read, rotate, func(y []float32) {
		for j, v := range y {
			sum[j] += float64(v) * float64(v)
		}
	})
	if err != nil {
		return err
	}
	g.Variance = make([]float32, size)
	for j := range sum {
		g.Variance[j] = float32(sum[j] / float64(n))
	}
	return nil
}

// visit reads n examples of the given size and changes each, on all cores, and then calls with for one after another in their
// order, so that sums are the same to the last bit whatever the cores.
func visit(n, size int, read func(int, []float32) error, change func([]float32) []float32, with func([]float32)) error {
	const chunk = 64
	examples, failed := make([][]float32, chunk), make([]error, chunk)
	for from := 0; from < n; from += chunk {
		var group sync.WaitGroup
		count := min(chunk, n-from)
		for worker := range runtime.GOMAXPROCS(0) {
			group.Go(func() {
				for k := worker; k < count; k += runtime.GOMAXPROCS(0) {
					x := make([]float32, size)
					if failed[k] = read(from+k, x); failed[k] == nil && change != nil {
						x = change(x)
					}
					examples[k] = x
				}
			})
		}
		group.Wait()
		for k := range count {
			if failed[k] != nil {
				return failed[k]
			}
			with(examples[k])
		}
	}
	return nil
}

// rotateHost multiplies one axis of x (of the given shape, flat) by q.
func rotateHost(x []float32, shape []int, axis int, q []float32) []float32 {
	n, inner := shape[axis], product(shape[axis+1:])
	y := make([]float32, len(x))
	for outer := 0; outer < len(x); outer += n * inner {
		for a := range n {
			to := y[outer+a*inner:][:inner]
			for b := range n {
				w, from := q[a*n+b], x[outer+b*inner:][:inner]
				for k := range to {
					to[k] += w * from[k]
				}
			}
		}
	}
	return y
}

// eigenbasis gives the eigenvectors of a covariance as rows.
func eigenbasis(cov *mat.SymDense, n int) ([]float32, error) {
	var eig mat.EigenSym
	if !eig.Factorize(cov, true) {
		return nil, fmt.Errorf("potential: the covariance of the data has no eigen-decomposition; does it hold NaN or " +
			"infinite values?")
	}
	var vectors mat.Dense
	eig.VectorsTo(&vectors)
	rows := make([]float32, n*n)
	for i := range n {
		for j := range n {
			rows[i*n+j] = float32(vectors.At(j, i))
		}
	}
	return rows, nil
}

// dct is the orthonormal DCT-II of length n, rows = basis vectors.
func dct(n int) []float32 {
	rows := make([]float32, n*n)
	for k := range n {
		scale := math.Sqrt(2 / float64(n))
		if k == 0 {
			scale = math.Sqrt(1 / float64(n))
		}
		for i := range n {
			rows[k*n+i] = float32(scale * math.Cos(math.Pi*(float64(i)+0.5)*float64(k)/float64(n)))
		}
	}
	return rows
}

func product(dims []int) int {
	size := 1
	for _, d := range dims {
		size *= d
	}
	return size
}
