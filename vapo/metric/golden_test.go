package metric

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
)

// golden.json holds what the reference implementations find on features made by the formula below;
// experiments/peers/metrics.py has the same formula and writes the file.
type goldenFile struct {
	Cases []goldenCase
	AUROC float64
}

type goldenCase struct {
	Name            string
	N, M, D, Latent int
	FID, KID        map[string]float64
	PrecisionRecall []struct {
		K        int
		Fidelity [2]float64 `json:"torch-fidelity"`
		PRDC     [2]float64 `json:"prdc"`
	} `json:"precision_recall"`
}

// uniform numbers in [-1/2, 1/2): splitmix64 of a counter that starts at seed·2³².
func uniform(n int, seed uint64) []float64 {
	u := make([]float64, n)
	for i := range u {
		z := (uint64(i) + seed<<32) * 0x9E3779B97F4A7C15
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		z ^= z >> 31
		u[i] = float64(z>>11)*0x1p-53 - 0.5
	}
	return u
}

func features(n, d, latent int, seed uint64, scale, shift float64) *tensors.Tensor {
	noise, mix := uniform(n*latent, seed), uniform(latent*d, 1)
	flat := make([]float64, n*d)
	for i := range n {
		for j := range d {
			sum := shift
			for k := range latent {
				sum += noise[i*latent+k] * scale / (1 + float64(k)/8) * mix[k*d+j]
			}
			flat[i*d+j] = sum
		}
	}
	return tensors.FromFlatDataAndDimensions(flat, n, d)
}

func first(t *testing.T, x *tensors.Tensor, n int) *tensors.Tensor {
	p := must(flatten("x", x))(t)
	return tensors.FromFlatDataAndDimensions(p.flat[:n*p.d], n, p.d)
}

func golden(t *testing.T) goldenFile {
	var g goldenFile
	text := must(os.ReadFile("testdata/golden.json"))(t)
	if err := json.Unmarshal(text, &g); err != nil || len(g.Cases) == 0 {
		t.Fatalf("testdata/golden.json: %d cases, %v", len(g.Cases), err)
	}
	return g
}

// Each reference has an error of its own: that of scipy's sqrtm and of eigenvalues of ΣΣ' is of the order of the root of rounding
// where covariances are singular, which bounds the agreement; the singular values of the centred data are exact.
func TestReferences(t *testing.T) {
	for _, c := range golden(t).Cases {
		t.Run(c.Name, func(t *testing.T) {
			a, b := features(c.N, c.D, c.Latent, 2, 1, 0), features(c.M, c.D, c.Latent, 3, 1.1, 0.05)
			fid := must(FID(moments(t, a), moments(t, b)))(t)
			for name, want := range c.FID {
				tolerance := 1e-6
				if name == "svd" {
					tolerance = 1e-11
				}
				compare(t, "FID of "+name, fid, want, tolerance)
			}
			size := min(c.N, c.M)
			kid, _, err := KID(t.Context(), first(t, a, size), first(t, b, size), KIDOptions{Subsets: 1, Size: size})
			for name, want := range c.KID {
				compare(t, "KID of "+name, must(kid, err)(t), want, 1e-9)
			}
			for _, pr := range c.PrecisionRecall {
				precision, recall, err := PrecisionRecall(t.Context(), a, b, pr.K)
				compare(t, "precision", must(precision, err)(t), pr.Fidelity[0], 1e-6) // torch-fidelity averages in float32
				compare(t, "recall", recall, pr.Fidelity[1], 1e-6)
				compare(t, "precision of prdc", precision, pr.PRDC[0], 1e-12)
				compare(t, "recall of prdc", recall, pr.PRDC[1], 1e-12)
			}
		})
	}
}

func TestReferenceAUROC(t *testing.T) {
	in, out := uniform(300, 4), uniform(170, 5)
	for i := range in {
		in[i] = math.Floor(10 * in[i])
	}
	for i := range out {
		out[i] = math.Floor(10*out[i]) + 2
	}
	compare(t, "AUROC of scikit-learn", must(AUROC(in, out))(t), golden(t).AUROC, 1e-13)
}

// compare wants a relative error within tolerance (of numbers below 0.001, as if they were that).
func compare(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	difference := math.Abs(got-want) / max(math.Abs(want), 1e-3)
	t.Logf("%s: %.12g, reference %.12g, relative difference %.1e", what, got, want, difference)
	if !(difference <= tolerance) {
		t.Errorf("%s: %.12g, want %.12g within %.0e", what, got, want, tolerance)
	}
}
