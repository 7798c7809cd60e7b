package main

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
)

// scoreArrays runs score with the arguments and reads what it wrote to --out.
func scoreArrays(t *testing.T, args ...string) map[string]*tensors.Tensor {
	t.Helper()
	out := filepath.Join(t.TempDir(), "scores.npz")
	if code, stdout, stderr := command(t, append([]string{"score", "--out", out}, args...)...); code != 0 {
		t.Fatalf("%v: exit code %d: %s%s", args, code, stdout, stderr)
	}
	arrays, err := record.ReadArrays(out)
	if err != nil {
		t.Fatal(err)
	}
	return arrays
}

// column is an array [n], or a number, in float64.
func column(t *testing.T, arrays map[string]*tensors.Tensor, name string) []float64 {
	t.Helper()
	if arrays[name] == nil {
		t.Fatalf("there is no array %s", name)
	}
	return tensors.MustCopyFlatData[float64](arrays[name])
}

func writeX(t *testing.T, path string, x *tensors.Tensor) {
	t.Helper()
	if err := record.WriteArrays(path, map[string]*tensors.Tensor{"x": x}); err != nil {
		t.Fatal(err)
	}
}

// planePoints are n points about the ring, some far from it.
func planePoints(n int) [][]float64 {
	r := rand.New(rand.NewPCG(1, 1))
	x := make([][]float64, n)
	for i := range x {
		sin, cos := math.Sincos(2 * math.Pi * r.Float64())
		x[i] = []float64{2*cos + 0.2*r.NormFloat64(), 2*sin + 0.2*r.NormFloat64()}
	}
	x[0], x[1] = []float64{0, 0}, []float64{3, -3}
	return x
}

// ringDensity is log ρ̄ and ∇log ρ̄ of the eight Gaussians of ring8 at x on a path with mean factor μ and variance v, by plain
// sums.
func ringDensity(x []float64, mu, v float64) (log float64, score [2]float64) {
	variance, sum := v+0.01*mu*mu, 0.0
	nearest := math.Inf(1)
	for pass := range 2 { // the first finds the largest term
		for k := range 8 {
			sin, cos := math.Sincos(float64(k) * math.Pi / 4)
			dx, dy := x[0]-2*mu*cos, x[1]-2*mu*sin
			e := (dx*dx + dy*dy) / (2 * variance)
			if pass == 0 {
				nearest = min(nearest, e)
				continue
			}
			w := math.Exp(nearest-e) / 8
			sum += w
			score[0] -= w * dx / variance
			score[1] -= w * dy / variance
		}
	}
	return math.Log(sum) - nearest - math.Log(2*math.Pi*variance), [2]float64{score[0] / sum, score[1] / sum}
}

// ringPath is μ, v and their derivatives in s of the named path with ω = 1, σ = 0.01 (THEORY §2).
func ringPath(name string, s float64) (mu, v, muDot, vDot float64) {
	c, kappa0 := 1-0.01/math.Hypot(1, 0.01), 1.0
	if name == "straight" {
		c, kappa0 = 1-1e-3, 0
	}
	r := 1 - c*s
	if kappa0 == 0 {
		return c * s, r * r, c, -2 * c * r
	}
	return 1 - r*r, r * r, 2 * c * r, -2 * c * r
}

// Every array for the exact potential of ring8, recomputed by plain loops. Φ is known up to a constant.
func TestScoreOfOracle(t *testing.T) {
	isolate(t)
	x := planePoints(40)
	writeX(t, "points.npz", tensors.FromValue(x))
	for _, c := range []struct {
		path string
		s    float64
		args []string
	}{
		{"posterior", 0.5, nil},
		{"straight", 0.3, []string{"--s", "0.3", "--set", "homotopy=straight", "--set", "sigma=0.02"}},
	} {
		t.Run(c.path, func(t *testing.T) {
			z := scoreArrays(t, append(c.args, "--run", "oracle:ring8", "--input", "points.npz", "--references", "32", "--batch", "40")...)
			mu, v, muDot, vDot := ringPath(c.path, c.s)
			muEnd, vEnd, _, _ := ringPath(c.path, 1)
			kappa := v*muDot/mu - vDot/2
			for name, want := range map[string]float64{"s": c.s, "mu": mu, "v": v, "mu_dot": muDot, "v_dot": vDot, "kappa": kappa,
				"amplification": 1 / kappa, "mu_end": muEnd, "v_end": vEnd, "std": 0.1} {
				if got := column(t, z, name)[0]; math.Abs(got-want) > 1e-12*(1+math.Abs(want)) {
					t.Errorf("%s is %.15g, want %.15g", name, got, want)
				}
			}
			if means := z["means"].Value().([][]float64); len(means) != 8 || math.Abs(means[2][1]-2) > 1e-12 {
				t.Errorf("means %v", means)
			}
			phi, grad := column(t, z, "phi"), z["grad"].Value().([][]float64)
			constant := phi[0] - kappa*first(ringDensity(x[0], mu, v))
			for i, x := range x {
				log, score := ringDensity(x, mu, v)
				logEnd, _ := ringDensity(x, muEnd, vEnd)
				squared := x[0]*x[0] + x[1]*x[1]
				for _, e := range []struct {
					name             string
					got, want, error float64
				}{
					{"phi", phi[i], kappa*log + muDot/(2*mu)*squared + constant, 1e-10},
					{"grad x", grad[i][0], kappa*score[0] + muDot/mu*x[0], 1e-10},
					{"grad y", grad[i][1], kappa*score[1] + muDot/mu*x[1], 1e-10},
					{"energy", column(t, z, "energy")[i], -phi[i], 1e-12},
					{"score_norm", column(t, z, "score_norm")[i], math.Hypot(score[0], score[1]), 1e-9},
					{"log_density_potential", column(t, z, "log_density_potential")[i], log, 1e-6},
					{"log_density_flow", column(t, z, "log_density_flow")[i], logEnd, 1e-4},
					{"typicality_potential", column(t, z, "typicality_potential")[i], math.Abs(log + column(t, z, "entropy_potential")[0]), 1e-6},
					{"typicality_flow", column(t, z, "typicality_flow")[i], math.Abs(logEnd + column(t, z, "entropy_flow")[0]), 1e-4},
				} {
					if !(math.Abs(e.got-e.want) < e.error) {
						t.Errorf("%s of %v is %.12g, want %.12g", e.name, x, e.got, e.want)
					}
				}
			}
			// The references m_k + τz have the log-density −log(8·2πV) − τ²‖z‖²/2V at s = 1 but for the other components; ‖z‖²/2 has
			// mean 1 and standard deviation 1.
			variance := vEnd + 0.01*muEnd*muEnd
			want := math.Log(8*2*math.Pi*variance) + 0.01/variance
			if got := column(t, z, "entropy_flow")[0]; math.Abs(got-want) > 4/math.Sqrt(32) {
				t.Errorf("entropy %g, want about %g", got, want)
			}
		})
	}
}

func first(log float64, _ [2]float64) float64 { return log }

// Batches of 7 give what one batch of 30 gives, the flow's log-density within its tolerance; and the same command the same bytes.
func TestScoreStreams(t *testing.T) {
	isolate(t)
	writeX(t, "points.npz", tensors.FromValue(planePoints(30)))
	args := []string{"--run", "oracle:ring8", "--input", "points.npz", "--references", "8", "--tolerance", "1e-6"}
	whole := scoreArrays(t, append(args, "--batch", "30")...)
	parts := scoreArrays(t, append(args, "--batch", "7")...)
	for name := range whole {
		a, b := whole[name], parts[name]
		if !a.Shape().Equal(b.Shape()) {
			t.Errorf("%s is %s in parts, %s as a whole", name, b.Shape(), a.Shape())
			continue
		}
		if name == "nfe" || name == "references" {
			continue
		}
		allowed := 1e-6 // the anchor's
		if strings.HasSuffix(name, "_flow") {
			allowed = 1e-3
		}
		if name == "phi" || name == "grad" || name == "energy" || name == "score_norm" {
			allowed = 1e-13
		}
		for i, v := range column(t, whole, name) {
			if got := column(t, parts, name)[i]; math.Abs(got-v) > allowed {
				t.Errorf("%s[%d] is %g in parts, %g as a whole", name, i, got, v)
			}
		}
	}
	var bytesOf [2][]byte
	for k := range bytesOf {
		if code, _, stderr := command(t, append([]string{"score", "--out", "same.npz", "--batch", "7", "--flow=false"}, args...)...); code != 0 {
			t.Fatal(stderr)
		}
		bytesOf[k], _ = os.ReadFile("same.npz")
	}
	if !bytes.Equal(bytesOf[0], bytesOf[1]) {
		t.Error("the same command wrote other bytes")
	}
}

// Hutchinson's log-density carries its standard error, and its probes are others in each batch.
func TestScoreByProbes(t *testing.T) {
	isolate(t)
	writeX(t, "points.npz", tensors.FromValue([][]float64{{0.3, 2.1}, {0.3, 2.1}, {0.3, 2.1}, {0.3, 2.1}}))
	args := []string{"--run", "oracle:ring8", "--references", "4", "--tolerance", "1e-4", "--probes", "16"}
	z := scoreArrays(t, append(args, "--input", "points.npz", "--batch", "1")...)
	value, stdErr := column(t, z, "log_density_flow"), column(t, z, "log_density_flow_err")
	if slices.Min(value) == slices.Max(value) {
		t.Error("all batches have the same probes")
	}
	exact, _ := ringDensity([]float64{0.3, 2.1}, 1-1e-4, 1e-4)
	for i := range value {
		if !(stdErr[i] > 0) || math.Abs(value[i]-exact) > 10*stdErr[i]+0.1 {
			t.Errorf("%g ± %g, exact %g", value[i], stdErr[i], exact)
		}
	}
}

// A run of a figure, a model trained on own data by its run and by its folder, and the potential that vapo itself evaluates.
func TestScoreOfTrainedModels(t *testing.T) {
	isolate(t)
	x := planePoints(6)
	writeX(t, "points.npz", tensors.FromValue(x))
	small := []string{"--preset", "smoke", "--set", "steps=20", "--set", "width=16", "--set", "samples=4"}
	if code, _, stderr := command(t, append([]string{"run", "fig1"}, small...)...); code != 0 {
		t.Fatal(stderr)
	}
	models, _ := filepath.Glob("results/models/*")
	runs, _ := filepath.Glob("results/runs/[^.]*")
	if len(models) != 1 || len(runs) != 1 {
		t.Fatalf("models %v, runs %v", models, runs)
	}
	args := []string{"--input", "points.npz", "--references", "8", "--batch", "8", "--tolerance", "1e-4"}
	byName := scoreArrays(t, append(args, "--run", filepath.Base(runs[0]))...)
	byFolder := scoreArrays(t, append(args, "--run", models[0])...)

	m, err := vapo.Load(backend.Host(), models[0])
	if err != nil {
		t.Fatal(err)
	}
	narrow := make([][]float32, len(x))
	for i := range x {
		narrow[i] = []float32{float32(x[i][0]), float32(x[i][1])}
	}
	phi, grad, err := m.Evaluate(tensors.FromValue(narrow), 0.5)
	if err != nil {
		t.Fatal(err)
	}
	wantPhi, wantGrad := phi.Value().([]float32), grad.Value().([][]float32)
	for i, got := range byName["grad"].Value().([][]float64) {
		if math.Abs(column(t, byName, "phi")[i]-float64(wantPhi[i])) > 1e-5 ||
			math.Hypot(got[0]-float64(wantGrad[i][0]), got[1]-float64(wantGrad[i][1])) > 1e-4 {
			t.Errorf("point %d: Φ %g, ∇Φ %v; the model gives %g, %v", i, column(t, byName, "phi")[i], got, wantPhi[i], wantGrad[i])
		}
		if a, b := column(t, byName, "log_density_flow")[i], column(t, byFolder, "log_density_flow")[i]; a != b {
			t.Errorf("point %d: log-density %g by the run's name, %g by its model's folder", i, a, b)
		}
	}

	// Images in float32, by probes, and a run that keeps its model in its own folder.
	pictures := make([]uint8, 6*8*8*3)
	for i := range pictures {
		pictures[i] = uint8(i * 37)
	}
	writeX(t, "images.npz", tensors.FromFlatDataAndDimensions(pictures, 6, 8, 8, 3))
	code, _, stderr := command(t, append([]string{"train", "--data", "images.npz", "--set", "depth=1", "--set", "batch=2", "--set", "solver_steps=2"}, small[:4]...)...)
	if code != 0 {
		t.Fatal(stderr)
	}
	own, _ := filepath.Glob("results/runs/train-*")
	z := scoreArrays(t, "--run", own[0], "--input", "images.npz", "--references", "2", "--batch", "4", "--tolerance", "0.01")
	if got := fmt.Sprint(z["grad"].Shape(), z["log_density_flow_err"].Shape(), z["energy"].Shape()); got != "(Float32)[6, 8, 8, 3] (Float64)[6] (Float64)[6]" {
		t.Error(got)
	}
	if z["means"] != nil {
		t.Error("images are said to be a mixture")
	}
}
