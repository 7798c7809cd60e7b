package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/spf13/cobra"

	"vapoflow/experiments/record"
	"vapoflow/experiments/score"
	"vapoflow/experiments/trained"
	"vapoflow/experiments/usage"
	"vapoflow/internal/budget"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/posterior"
)

// posteriorOptions are the flags of posterior.
type posteriorOptions struct {
	trained.Reference
	input, mask, out, backend     string
	n, levels, steps, keep, leaps int
	noise, s, strength            float64
	exchange                      bool
	seed                          uint64
}

func (a *app) posteriorCommand() *cobra.Command {
	var o posteriorOptions
	cmd := &cobra.Command{
		Use:   "posterior --run RUN --input FILE --mask FILE --out FILE.npz",
		Short: "What was masked out of an image or a point, sampled",
		Long: `Draws data given some of its values, from the posterior of a trained potential or an exact one: the guided flow carries noise towards the
measurement, and Metropolis-adjusted Langevin corrects it on every level, by differences of the potential (go doc ./vapo/posterior).

--input is one example, an .npz or .npy file (the array x, or the only one) with one row, or a folder with one image; --mask is an .npz or .npy
file (the array mask, or the only one) of its shape, or of [height, width] for images, that is not zero where the value is known. The known values
are taken to have noise of deviation --noise; what the input holds elsewhere does not matter, if it
is a number.

The .npz holds
  x                    [n, shape...]: points, or images in bytes: the chains' last draws, carried on to s = 1 by the guided flow
  chain                [n, shape...]: the same where Metropolis left them, at --s, in the data's units, with noise of deviation smoothing on them
  mean, sd             [shape...]: over all draws of all chains, at --s
  acceptance, split_r, ess, s, smoothing, noise, evaluations
Warnings say what the chains' own diagnostics find wrong: images mix slowly, and eight chains that disagree are told so.`,
		Example: `  experiments posterior --run pretrained:celeba --input masked.npz --mask mask.npz --n 8 --out out.npz
  experiments posterior --run oracle:ring8 --input point.npz --mask mask.npz --n 200 --s 1 --exchange --out out.npz`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.posterior(cmd, o) },
	}
	addReference(cmd, &o.Reference, "whose potential is the prior")
	f := cmd.Flags()
	f.StringVar(&o.input, "input", "", "the example that is known in part")
	f.StringVar(&o.mask, "mask", "", "where it is known: not zero")
	f.StringVar(&o.out, "out", "", "where the samples go: an .npz file")
	f.IntVar(&o.n, "n", 8, "chains, each of which gives a sample")
	f.Float64Var(&o.noise, "noise", 0.05, "standard deviation of the known values")
	f.Float64Var(&o.s, "s", 0.9, "clock of the last level, in (0, 1]; errors of Φ count 1/κ-fold, which grows towards 1")
	f.IntVar(&o.levels, "levels", 20, "levels from noise to --s")
	f.IntVar(&o.steps, "steps", 5, "transitions on each level")
	f.IntVar(&o.keep, "keep", 50, "draws of each chain on the last level, after as many that adapt the steps")
	f.IntVar(&o.leaps, "leapfrog", 1, "leapfrog steps of a transition: 1 is Langevin, more is Hamiltonian Monte Carlo")
	f.Float64Var(&o.strength, "strength", 1, "of the guidance; Metropolis corrects a wrong one")
	f.BoolVar(&o.exchange, "exchange", false, "keep each chain on all levels and swap: weighs the modes of points right, for levels times the work")
	f.Uint64Var(&o.seed, "seed", 0, "of noise and moves; chain i is a function of (seed, i)")
	f.StringVar(&o.backend, "backend", "", "auto, go, xla, xla:cpu, xla:cuda or xla:/path/plugin.so (default $VAPO_BACKEND, else auto)")
	return cmd
}

// check finds wrong use before anything is opened.
func (o posteriorOptions) check() error {
	for _, flag := range []struct{ name, value, what string }{
		{"run", o.Run, "a run, a model's folder, pretrained:celeba or oracle:ring8"},
		{"input", o.input, "the example that is known in part"},
		{"mask", o.mask, "an .npz or .npy file that is not zero where the example is known"},
		{"out", o.out, "the .npz file to write"},
	} {
		if flag.value == "" {
			return usage.Errorf("posterior: --%s is missing: %s", flag.name, flag.what)
		}
	}
	if o.n < 1 || o.levels < 2 || o.steps < 1 || o.keep < 1 || o.leaps < 1 {
		return usage.Errorf("posterior: --n %d, --steps %d, --keep %d and --leapfrog %d must be at least 1, --levels %d at least 2", o.n, o.steps, o.keep, o.leaps, o.levels)
	}
	if !(o.s > posterior.DefaultStart && o.s <= 1) || !(o.noise > 0) || !(o.strength > 0) {
		return usage.Errorf("posterior: --s %g must lie in (%g, 1], --noise %g and --strength %g above 0", o.s, posterior.DefaultStart, o.noise, o.strength)
	}
	if !strings.EqualFold(filepath.Ext(o.out), ".npz") {
		return usage.Errorf("posterior: --out %s: the samples are an .npz file; give it a name that ends so", o.out)
	}
	if in, err := os.Stat(o.input); err == nil {
		if out, err := os.Stat(o.out); err == nil && os.SameFile(in, out) {
			return usage.Errorf("posterior: --out %s would replace the input; give it another name", o.out)
		}
	}
	if err := record.CheckOut(filepath.Dir(o.out)); err != nil {
		return fmt.Errorf("--out %s: %w", o.out, err)
	}
	return nil
}

// checkMemory refuses chains and draws that are more than the memory, and more work than can be meant.
func (o posteriorOptions) checkMemory(d int) error {
	levels := 1.0
	if o.exchange {
		levels = float64(o.levels)
	}
	n, keep := float64(o.n), float64(o.keep)
	if evaluations := (float64(o.levels)*float64(o.steps) + 2*keep) * float64(o.leaps); evaluations > 1e9 {
		return fmt.Errorf("--levels %d, --steps %d, --keep %d and --leapfrog %d make %.3g evaluations of each chain; at most 1e9 are taken", o.levels, o.steps, o.keep, o.leaps, evaluations)
	}
	return budget.Check(fmt.Sprintf("%d chains of which --keep %d are kept", o.n, o.keep), 4*float64(d)*n*(keep+2*levels))
}

func (a *app) posterior(cmd *cobra.Command, o posteriorOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	named, _, err := a.open(o.Reference, machine{o.backend, 1})
	if err != nil {
		return err
	}
	m := named.Model
	y, err := score.ReadExample(o.input, named)
	if err != nil {
		return asUsage(err)
	}
	mask, err := readMask(o.mask, m.Shape)
	if err != nil {
		return err
	}
	if err := o.checkMemory(len(mask)); err != nil {
		return usage.Errorf("posterior: %w", err)
	}
	known, err := posterior.Mask(mask, y, o.noise)
	if err != nil {
		return err
	}
	a.Say("posterior: %d of %d values known, %d chains on %s", measured(mask), len(mask), o.n, named.Name)
	p := &posterior.Posterior{Prior: posterior.Of(&m.Flow), Likelihood: known}
	r, err := p.Sample(cmd.Context(), posterior.Chains{
		Levels: posterior.Levels(o.levels, o.s), Steps: o.steps, Burn: o.keep, Keep: o.keep, Leapfrog: o.leaps, Exchange: o.exchange,
		Guide: &posterior.Guided{Strength: o.strength}, Finish: 10, Seed: o.seed, Progress: a.Count("posterior"),
	}, o.n)
	if err != nil {
		return err
	}
	if err := record.WriteArrays(o.out, posteriorArrays(r, m.Shape, o.s, o.noise)); err != nil {
		return err
	}
	worst, least := r.Worst()
	a.Say("posterior: acceptance %.2f; split-R̂ at most %.2f (%s); effective sample size at least %.0f (%s); %d evaluations of Φ for a chain",
		r.Acceptance, worst.SplitR, worst.Quantity, least.ESS, least.Quantity, r.Evaluations)
	for _, warning := range r.Warnings {
		a.Say("posterior: warning: %s", warning)
	}
	a.Say("posterior: samples in %s", o.out)
	return nil
}

func measured(mask []bool) (n int) {
	for _, known := range mask {
		if known {
			n++
		}
	}
	return n
}

// readMask reads a mask of an example's shape; of images it may leave out the channels.
func readMask(path string, shape []int) ([]bool, error) {
	array, err := score.ReadArray(path, "mask")
	if err != nil {
		return nil, fmt.Errorf("--mask: %w", err)
	}
	dims := array.Shape().Dimensions
	if len(dims) == len(shape)+1 && dims[0] == 1 {
		dims = dims[1:]
	}
	repeat := 1
	if len(shape) == 3 && (slices.Equal(dims, shape[:2]) || slices.Equal(dims, []int{shape[0], shape[1], 1})) {
		repeat = shape[2]
	} else if !slices.Equal(dims, shape) {
		return nil, usage.Errorf("--mask %s has shape %v, and an example has %v; give one value for each of its values, or for each pixel", path, array.Shape().Dimensions, shape)
	}
	flat, err := truths(array)
	if err != nil {
		return nil, fmt.Errorf("--mask %s: %w", path, err)
	}
	var mask []bool
	for _, known := range flat {
		mask = append(mask, slices.Repeat([]bool{known}, repeat)...)
	}
	return mask, nil
}

// truths tells which values are not zero.
func truths(t *tensors.Tensor) ([]bool, error) {
	switch t.DType() {
	case dtypes.Bool:
		return tensors.MustCopyFlatData[bool](t), nil
	case dtypes.Uint8:
		return nonzero(tensors.MustCopyFlatData[uint8](t)), nil
	case dtypes.Int32:
		return nonzero(tensors.MustCopyFlatData[int32](t)), nil
	case dtypes.Int64:
		return nonzero(tensors.MustCopyFlatData[int64](t)), nil
	case dtypes.Float32:
		return nonzero(tensors.MustCopyFlatData[float32](t)), nil
	case dtypes.Float64:
		return nonzero(tensors.MustCopyFlatData[float64](t)), nil
	}
	return nil, fmt.Errorf("a mask of %s; want bool, uint8, int32, int64, float32 or float64", t.DType())
}

func nonzero[T uint8 | int32 | int64 | float32 | float64](x []T) []bool {
	out := make([]bool, len(x))
	for i, v := range x {
		out[i] = v != 0
	}
	return out
}

// posteriorArrays are the file's contents.
func posteriorArrays(r *posterior.Result, shape []int, s, noise float64) map[string]*tensors.Tensor {
	x := r.Finished
	if x == nil {
		x = r.X // the last level is the end
	}
	mean, sd := r.Moments()
	arrays := map[string]*tensors.Tensor{
		"x": x, "chain": r.X, "mean": tensors.FromFlatDataAndDimensions(mean, shape...), "sd": tensors.FromFlatDataAndDimensions(sd, shape...),
		"acceptance": tensors.FromValue(r.Acceptance), "s": tensors.FromValue(s), "smoothing": tensors.FromValue(r.Smoothing),
		"noise": tensors.FromValue(noise), "evaluations": tensors.FromValue(int64(r.Evaluations)),
	}
	if len(shape) == 3 {
		arrays["x"] = tensors.FromFlatDataAndDimensions(dataset.Bytes(tensors.MustCopyFlatData[float32](x)), x.Shape().Dimensions...)
	}
	var splitR, ess []float64
	for _, d := range r.Diagnostics {
		splitR, ess = append(splitR, d.SplitR), append(ess, d.ESS)
	}
	arrays["split_r"], arrays["ess"] = tensors.FromValue(splitR), tensors.FromValue(ess)
	return arrays
}
