package posterior_test

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/posterior"
	"vapoflow/vapo/potential"
)

// TestImagesKeepWhatIsKnown: of images 4×4×3 whose rows of pixels are Gaussian, smooth along the width, the left half is
// measured. The guided flow and the chains keep it within four times the noise, and what the chains fill in has the closed form's
// mean; without the measurement neither holds.
func TestImagesKeepWhatIsKnown(t *testing.T) {
	const n, noise, level = 32, 0.05, 0.9
	path := homotopy.Straight{Omega: 1}
	shape, waves := []int{4, 4, 3}, []float32{1, 1, 1, 1, 1, 1, -1, -1, 1, -1, -1, 1, 1, -1, 1, -1}
	for i := range waves {
		waves[i] /= 2 // rows of an orthogonal matrix, from smooth to rough
	}
	unit := func(n int) []float32 {
		eye := make([]float32, n*n)
		for i := range n {
			eye[i*n+i] = 1
		}
		return eye
	}
	g := &potential.Gaussian{Shape: shape, Mean: make([]float32, 48), Axes: [][]float32{unit(4), waves, unit(3)}}
	for i := range 48 {
		g.Variance = append(g.Variance, []float32{2, 0.5, 0.05, 0.01}[i/3%4])
	}
	flow := &flow.Flow{Backend: backend.Host(), Homotopy: path, Potential: potential.GaussianBase{Homotopy: path, Gaussian: g}, Shape: shape}

	known, y := make([]bool, 48), make([]float32, 48)
	for i := range known {
		known[i] = i/3%4 < 2
		y[i] = []float32{0.9, 0.5, -7, 7}[i/3%4] // what is not known does not matter
	}
	measured, err := posterior.Mask(known, tensors.FromFlatDataAndDimensions(y, 1, 4, 4, 3), noise)
	if err != nil {
		t.Fatal(err)
	}
	how := posterior.Chains{Levels: posterior.Levels(8, level), Steps: 6, Burn: 100, Keep: 40, Guide: &posterior.Guided{}, Batch: n}
	for _, c := range []struct {
		name       string
		likelihood posterior.Likelihood
		keeps      bool
	}{{"measured", measured, true}, {"not measured", nil, false}} {
		p := &posterior.Posterior{Prior: posterior.Of(flow), Likelihood: c.likelihood}
		guided, err := p.Guide(t.Context(), posterior.Guided{}, n, 1)
		if err != nil {
			t.Fatal(err)
		}
		r := sample(t, p, how, n)
		for name, x := range map[string][]float32{"guided flow": tensors.MustCopyFlatData[float32](guided), "chains": tensors.MustCopyFlatData[float32](r.X)} {
			squares := 0.0
			for i, v := range x {
				if known[i%48] {
					squares += math.Pow(float64(v-y[i%48]), 2) / (24 * n)
				}
			}
			if keeps := math.Sqrt(squares) < 4*noise; keeps != c.keeps {
				t.Errorf("%s, %s: the known half is %.3f (rms) from what was measured, with noise %g",
					c.name, name, math.Sqrt(squares), noise)
			}
		}
		mean, _ := r.Moments()
		want := rowMean(waves, []float64{2, 0.5, 0.05, 0.01}, []float64{0.9, 0.5}, r.Smoothing, noise)
		for column, m := range want {
			got := 0.0
			for i := range mean {
				if i/3%4 == column {
					got += mean[i] / 12
				}
			}
			// The 384 rows have standard deviations of 0.63 where nothing is measured.
			if agrees := math.Abs(got-m) < 0.14; agrees != c.keeps {
				t.Errorf("%s: column %d of the chains has mean %.3f, in closed form it is %.3f", c.name, column, got, m)
			}
		}
	}
}

// rowMean is the posterior mean of four pixels of covariance Wᵀ diag(variances) W, smoothed, of which the first two are measured.
func rowMean(waves []float32, variances, y []float64, smoothing, noise float64) []float64 {
	covariance := mat.NewSymDense(4, nil)
	for k, v := range variances {
		wave := mat.NewVecDense(4, nil)
		for j := range 4 {
			wave.SetVec(j, float64(waves[4*k+j]))
		}
		covariance.SymRankOne(covariance, v, wave)
	}
	for j := range 4 {
		covariance.SetSym(j, j, covariance.At(j, j)+smoothing*smoothing)
	}
	spread := mat.DenseCopyOf(covariance.SliceSym(0, 2))
	for j := range 2 {
		spread.Set(j, j, spread.At(j, j)+noise*noise)
	}
	var solved, mean mat.VecDense
	if err := solved.SolveVec(spread, mat.NewVecDense(2, slices.Clone(y))); err != nil {
		panic(err)
	}
	mean.MulVec(mat.DenseCopyOf(covariance).Slice(0, 4, 0, 2), &solved)
	return mean.RawVector().Data
}
