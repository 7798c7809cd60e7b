package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"vapoflow/experiments/paper"
)

// sampleOptions are the flags of sample.
type sampleOptions struct {
	modelFlags
	out, backend, solver, span string
	n, steps, batch            int
	seed                       int64
	tolerance                  float64
}

func (a *app) sampleCommand() *cobra.Command {
	var o sampleOptions
	cmd := &cobra.Command{
		Use:   "sample --run RUN --n N --out FILE.npz|FOLDER",
		Short: "Samples of a trained potential, for any tool to judge",
		Long: `Carries noise along the flow dx/ds = ∇Φ(x, s) to s = 1. RUN is one of
  a run               its folder, or its name below results/runs
  a model             its folder, as results/models/KEY or the model/ of "experiments train"
  oracle:NAME         the exact potential of ring8, gauss2 or gauss16 (--set homotopy, omega, sigma)

--out is an .npz file or, for images, a folder:
  FILE.npz            x: points [n, d] in float32, or images [n, height, width, channels] in bytes; seed, range [2], and
                      grid, the s at which the solver stepped; and sampling.json, all of it in words. Written whole or not at all.
  FOLDER              000000.png, 000001.png, ... by index, lossless, and sampling.json. The same command continues an
                      interrupted one: images that are there stay.

Sample i is a function of the seed and i: --range a:b draws the samples a ≤ i < b of any longer run bit for bit, one image alone or
a shard of many. For that, batches are always whole and aligned (--batch B: sample i shares one with those of the same i/B), and an
adaptive solver, whose steps depend on what it carries, runs once: over the first 256 points, 16 images, or 8 of more than 32×32×3, of
the seed. Its grid is printed, stored, and replayed for all. A run that has drawn images has its grid on record, and that is replayed
unless a solver is given: with its seed these are the images of its figure. Another build, backend or --batch moves last bits only.`,
		Example: `  experiments sample --run fig2-cpu-best-seed0 --n 50000 --out samples           a folder of PNGs, for pytorch-fid, clean-fid, torch-fidelity
  experiments sample --run fig2-cpu-best-seed0 --n 50000 --range 0:12500 --out samples     one shard of four, into the same folder
  experiments sample --run fig2-cpu-best-seed0 --range 17:18 --out one --seed 3  image 17 of seed 3 alone
  experiments sample --run oracle:ring8 --n 10000 --out ring8.npz --tolerance 1e-6
  python3 -c "import numpy; z = numpy.load('ring8.npz'); print(z['x'].shape, z['grid'])"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.sample(cmd, o) },
	}
	o.modelFlags.add(cmd, "what draws")
	f := cmd.Flags()
	f.IntVar(&o.n, "n", 64, "how many samples: those of index 0 ≤ i < n")
	f.StringVar(&o.span, "range", "", "a:b draws the samples a ≤ i < b alone")
	f.StringVar(&o.out, "out", "", "where they go: an .npz file, or a folder of PNGs")
	f.Int64Var(&o.seed, "seed", 0, "of the noise")
	f.StringVar(&o.solver, "solver", "", "dopri5 (default), or another of euler, midpoint, heun, bosh3, rk4, tsit5, dopri8")
	f.Float64Var(&o.tolerance, "tolerance", 0, "of an adaptive solver, relative and absolute (default 1e-5 for points, 1e-3 for images)")
	f.IntVar(&o.steps, "steps", 0, "equal steps instead of adaptive ones (default 50 for a solver that cannot adapt)")
	f.IntVar(&o.batch, "batch", 0, "samples at a time (default 256 points, 16 images, or 8 large ones); more is faster on a GPU")
	f.StringVar(&o.backend, "backend", "", "auto, go, xla, xla:cpu, xla:cuda or xla:/path/plugin.so (default $VAPO_BACKEND, else auto)")
	return cmd
}

// toFile tells whether the samples go to one file.
func (o sampleOptions) toFile() bool { return strings.EqualFold(filepath.Ext(o.out), ".npz") }

// check finds wrong use before anything is opened, and gives the indices first ≤ i < last that are asked for.
func (o sampleOptions) check(nGiven bool) (first, last int, err error) {
	switch {
	case o.run == "":
		return 0, 0, usagef("sample: --run is missing: a run, a model's folder or oracle:ring8")
	case o.out == "":
		return 0, 0, usagef("sample: --out is missing: an .npz file or a folder to write")
	case o.n < 1:
		return 0, 0, usagef("sample: --n %d must be at least 1", o.n)
	case o.batch < 0:
		return 0, 0, usagef("sample: --batch %d must be positive, or 0 for the default", o.batch)
	case o.steps < 0:
		return 0, 0, usagef("sample: --steps %d must be positive, or 0 for the solver's own", o.steps)
	case !(o.tolerance >= 0 && o.tolerance < 1):
		return 0, 0, usagef("sample: --tolerance %g must lie in (0, 1); 1e-5 is usual", o.tolerance)
	}
	if _, _, err := o.method(false); err != nil {
		return 0, 0, err
	}
	if o.span == "" {
		return 0, o.n, nil
	}
	from, to, found := strings.Cut(o.span, ":")
	first, err1 := strconv.Atoi(from)
	last, err2 := strconv.Atoi(to)
	if !found || err1 != nil || err2 != nil || first < 0 || last <= first {
		return 0, 0, usagef("sample: --range %s must be a:b with 0 ≤ a < b, as 0:5000 for the first 5,000", o.span)
	}
	if nGiven && last > o.n {
		return 0, 0, usagef("sample: --range %s ends behind --n %d; raise --n or leave it out", o.span, o.n)
	}
	return first, last, nil
}

// checkWritable says in time that the samples will find no place.
func (o sampleOptions) checkWritable() error {
	folder := o.out
	if o.toFile() {
		folder = filepath.Dir(o.out)
		if stat, err := os.Stat(o.out); err == nil && stat.IsDir() {
			return fmt.Errorf("--out %s is a folder; name a file in it, or a folder without .npz for PNGs", o.out)
		}
	}
	if err := paper.CheckOut(folder); err != nil {
		return fmt.Errorf("--out %s: %w", o.out, err)
	}
	return nil
}

func (a *app) sample(cmd *cobra.Command, o sampleOptions) error {
	first, last, err := o.check(cmd.Flags().Changed("n"))
	if err != nil {
		return err
	}
	by, choice, err := a.open(o.modelFlags, o.backend)
	if err != nil {
		return err
	}
	job, err := newSampling(o, by, choice.Name, first, last)
	if err != nil {
		return err
	}
	if err := o.checkWritable(); err != nil {
		return err
	}
	a.say("sample: %d of shape %v by %s", last-first, by.model.Shape, by.name)
	a.resumable = !o.toFile()
	if err := job.run(cmd.Context(), a); err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	a.say("sample: %d samples in %s", last-first, o.out)
	return nil
}
