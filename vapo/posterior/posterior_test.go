package posterior_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"

	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/posterior"
)

// TestChainsAreFunctionsOfSeedAndIndex: a longer run begins with the shorter one, bit for bit; also of guided samples.
func TestChainsAreFunctionsOfSeedAndIndex(t *testing.T) {
	y, err := posterior.Mask([]bool{true, false}, tensors.FromValue([][]float64{{1.4, math.NaN()}}), 0.2)
	if err != nil {
		t.Fatal(err)
	}
	p := &posterior.Posterior{Prior: posterior.Of(oracle(mixture.Ring8(), paper(t))), Likelihood: y}
	how := posterior.Chains{Levels: posterior.Levels(4, 0.9), Steps: 3, Burn: 5, Keep: 3, Exchange: true, Seed: 7, Batch: 4, Finish: 4, Guide: &posterior.Guided{}}
	short, long := sample(t, p, how, 3), sample(t, p, how, 9)
	if !reflect.DeepEqual(short.Draws, long.Draws[:3]) {
		t.Error("three chains are not the first of nine")
	}
	if !reflect.DeepEqual(short.Finished.Value().([][]float64), long.Finished.Value().([][]float64)[:3]) {
		t.Error("the finished draws of three chains are not the first of nine")
	}
	if reflect.DeepEqual(long.Draws[0], long.Draws[4]) {
		t.Error("two chains are one")
	}
	if !reflect.DeepEqual(guide(t, p, posterior.Guided{Steps: 5}, 2), guide(t, p, posterior.Guided{Steps: 5}, 300)[:2]) {
		t.Error("two guided samples are not the first of three hundred")
	}
}

// TestMaskIsMatrix: a mask is the matrix of the rows of the identity that it keeps, and what it does not keep says nothing.
func TestMaskIsMatrix(t *testing.T) {
	prior := posterior.Of(oracle(mixture.Gauss2(), paper(t)))
	mask, err := posterior.Mask([]bool{false, true}, tensors.FromValue([][]float64{{99, -0.5}}), 0.2)
	if err != nil {
		t.Fatal(err)
	}
	rows := matrix(t, mat.NewDense(1, 2, []float64{0, 1}), [][]float64{{-0.5}}, 0.2)
	how := posterior.Chains{Levels: posterior.Levels(3, 1), Steps: 2, Burn: 5, Keep: 2}
	p := &posterior.Posterior{Prior: prior}
	sample(t, p, how, 2) // and what a posterior was before leaves no trace
	p.Likelihood = mask
	a := sample(t, p, how, 2)
	b := sample(t, &posterior.Posterior{Prior: prior, Likelihood: rows}, how, 2)
	for i := range a.Draws {
		for k := range a.Draws[i] {
			for j, v := range a.Draws[i][k] {
				near(t, v, b.Draws[i][k][j], 1e-9, "chain %d, draw %d", i, k)
			}
		}
	}
}

// TestFunc: a likelihood of one's own, here of the distance from the origin, which is no linear measurement.
func TestFunc(t *testing.T) {
	radius := posterior.Func(func(x *posterior.Node) *posterior.Node {
		squares := graph.ReduceSum(graph.Square(x), 1)
		return graph.MulScalar(graph.Square(graph.AddScalar(squares, -1)), -50)
	})
	data := mixture.Mixture{Means: [][]float64{{0, 0}}, Std: 1}
	r := sample(t, &posterior.Posterior{Prior: posterior.Of(oracle(data, paper(t))), Likelihood: radius},
		posterior.Chains{Levels: posterior.Levels(6, 1), Burn: 100, Keep: 1}, 256)
	mean := 0.0
	for _, x := range r.X.Value().([][]float64) {
		mean += (x[0]*x[0] + x[1]*x[1]) / 256
	}
	// Of u = ‖x‖² the prior is exp(−u/2V)/2V and the likelihood N(1, 0.1²): its mean moves by −0.01/2V.
	near(t, mean, 1-0.005, 4*0.1/16, "mean of ‖x‖²")
}

// TestDiagnostics: on autoregressive chains the effective sample size is n(1 − φ)/(1 + φ); chains apart have an R̂ above one.
func TestDiagnostics(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, phi := range []float64{0, 0.5, 0.9} {
		chains := make([][]float64, 8)
		for i := range chains {
			x := random.NormFloat64() / math.Sqrt(1-phi*phi)
			for range 20_000 {
				x = phi*x + random.NormFloat64()
				chains[i] = append(chains[i], x)
			}
		}
		want := 160_000 * (1 - phi) / (1 + phi)
		near(t, posterior.ESS(chains), want, 0.1*want, "effective sample size at φ = %g", phi)
		near(t, posterior.SplitR(chains), 1, 0.01, "split-R̂ at φ = %g", phi)
		for k := range chains[0] {
			chains[0][k] += 10
		}
		if r := posterior.SplitR(chains); !(r > 1.5) {
			t.Errorf("split-R̂ of a chain that is apart: %g", r)
		}
	}
	if r := posterior.SplitR([][]float64{{1, 2, 3}}); !math.IsNaN(r) {
		t.Errorf("split-R̂ of three draws is %g, want NaN", r)
	}
}

// TestWarnings: chains that cannot cross between modes say so.
func TestWarnings(t *testing.T) {
	p := &posterior.Posterior{Prior: posterior.Of(oracle(mixture.Ring8(), paper(t)))}
	r := sample(t, p, posterior.Chains{Levels: posterior.Levels(10, 1), Steps: 3, Burn: 20, Keep: 50}, 8)
	if len(r.Warnings) == 0 || !strings.Contains(strings.Join(r.Warnings, "\n"), "split-R̂") {
		t.Errorf("eight chains in eight modes raise no warning: %q", r.Warnings)
	}
}

func TestErrorsNameTheValue(t *testing.T) {
	ctx, path := context.Background(), paper(t)
	straight := homotopy.Straight{Omega: 1}
	flow := oracle(mixture.Gauss2(), path)
	run := func(p *posterior.Posterior, how posterior.Chains) error {
		_, err := p.Sample(ctx, how, 2)
		return err
	}
	one := &posterior.Posterior{Prior: posterior.Of(flow)}
	_, noise := posterior.Mask([]bool{true, true}, tensors.FromValue([][]float64{{1, 1}}), 0)
	_, none := posterior.Mask([]bool{false, false}, tensors.FromValue([][]float64{{1, 1}}), 1)
	_, size := posterior.Mask([]bool{true}, tensors.FromValue([][]float64{{1, 1}}), 1)
	_, whole := posterior.Mask([]bool{true, true}, tensors.FromValue([][]int32{{1, 1}}), 1)
	_, nan := posterior.Mask([]bool{true, true}, tensors.FromValue([][]float64{{1, math.NaN()}}), 1)
	_, width := posterior.Matrix(mat.NewDense(1, 2, []float64{1, 0}), [][]float64{{1, 2}}, 1)
	_, strength := one.Guide(ctx, posterior.Guided{Strength: -1}, 2, 0)
	three := &posterior.Posterior{Prior: posterior.Of(flow), Likelihood: matrix(t, mat.NewDense(1, 2, []float64{1, 0}), [][]float64{{1}, {2}, {3}}, 1)}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, stopped := one.Sample(cancelled, posterior.Chains{}, 2)
	if !errors.Is(stopped, context.Canceled) {
		t.Errorf("a cancelled run gives %v", stopped)
	}
	for want, err := range map[string]error{
		"got 0": noise, "measures nothing": none, "(Int32)[1, 2]; want float32": whole, "mask of 1 values": size, "NaN": nan, "row 0 of y has 2": width, "strength -1": strength,
		"no flow":                run(&posterior.Posterior{}, posterior.Chains{}),
		"another path":           run(&posterior.Posterior{Prior: posterior.Product(flow, oracle(mixture.Gauss2(), straight))}, posterior.Chains{}),
		"examples of shape [16]": run(&posterior.Posterior{Prior: posterior.Product(flow, oracle(mixture.Gauss16(), path))}, posterior.Chains{}),
		"must increase":          run(one, posterior.Chains{Levels: []float64{0.5, 0.5}}),
		"Burn = -1":              run(one, posterior.Chains{Burn: -1}),
		"examples of 3 values":   run(&posterior.Posterior{Prior: posterior.Of(flow), Likelihood: matrix(t, mat.NewDense(1, 3, []float64{1, 0, 0}), [][]float64{{1}}, 1)}, posterior.Chains{}),
		"3 rows for 2 chains":    run(three, posterior.Chains{}),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
