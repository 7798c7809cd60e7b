package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"vapoflow/experiments/sample"
	"vapoflow/experiments/usage"
	"vapoflow/vapo/pretrained"
)

func (a *app) sampleCommand() *cobra.Command {
	var o sample.Options
	var on machine
	cmd := &cobra.Command{
		Use:   "sample --run RUN --n N --out FILE.npz|FOLDER",
		Short: "Samples of a trained potential, for any tool to judge",
		Long: `Carries noise along the flow dx/ds = ∇Φ(x, s) to s = 1. RUN is one of
  a run               its folder, or its name below results/runs
  a model             its folder, as results/models/KEY or the model/ of "experiments train"
  oracle:NAME         the exact potential of ring8, gauss2, gauss16 or modes16 (--set homotopy, omega, sigma)

--out is an .npz file or, for images, a folder:
  FILE.npz            x: points [n, d] in float32, or images [n, height, width, channels] in bytes; seed, range [2], and
                      grid, the s at which the solver stepped; and sampling.json, all of it in words. Written whole or not at all.
  FOLDER              000000.png, 000001.png, ... by index, lossless, and sampling.json. The same command continues an
                      interrupted one: images that are there stay.

Sample i is a function of the seed and i: --range a:b draws the samples a ≤ i < b of any longer run bit for bit, one image alone or
a shard of many. For that, batches are always whole and aligned (--batch B: sample i shares one with those of the same i/B), and an
adaptive solver, whose steps depend on what it carries, runs once: over the first 256 points, 16 images, or 8 of more than 32×32×3, of
the seed. Its grid is printed, stored, and replayed for all. A run that has drawn images has its grid on record, and that is replayed
unless a solver is given: with its seed these are the images of its figure. Another build, backend or --batch moves last bits only.

--guidance w leads the samples away from the errors that a weaker potential of the same data and path, --weak RUN, makes (autoguidance,
Karras et al. 2024): along Φ + w(Φ − Φ_weak), at the cost of both. The potentials that ship have a weak one with them; for others a
minute's training is weak enough. From w of about 1 on single images run away ("experiments bench guidance" measures it).`,
		Example: `  experiments sample --run fig2-cpu-best-seed0 --n 50000 --out samples           a folder of PNGs, for pytorch-fid, clean-fid, torch-fidelity
  experiments sample --run fig2-cpu-best-seed0 --n 50000 --range 0:12500 --out samples     one shard of four, into the same folder
  experiments sample --run fig2-cpu-best-seed0 --range 17:18 --out one --seed 3  image 17 of seed 3 alone
  experiments sample --run pretrained:cifar10 --guidance 0.5 --out guided        nearer to the data, at less than twice the cost
  experiments sample --run oracle:ring8 --n 10000 --out ring8.npz --tolerance 1e-6
  python3 -c "import numpy; z = numpy.load('ring8.npz'); print(z['x'].shape, z['grid'])"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.sample(cmd, o, on) },
	}
	addReference(cmd, &o.Reference, "what draws")
	f := cmd.Flags()
	f.StringVar(&o.Weak, "weak", "", "a potential trained less or smaller on the same data, named as --run is, that samples are led away from (default of pretrained:NAME: pretrained:NAME/weak)")
	f.Float64Var(&o.Guidance, "guidance", 0.5, "how far samples are led away from --weak, the weight w of Φ + w(Φ − Φ_weak)")
	f.IntVar(&o.N, "n", 64, "how many samples: those of index 0 ≤ i < n")
	f.StringVar(&o.Range, "range", "", "a:b draws the samples a ≤ i < b alone")
	f.StringVar(&o.Out, "out", "", "where they go: an .npz file, or a folder of PNGs")
	f.Int64Var(&o.Seed, "seed", 0, "of the noise")
	f.StringVar(&o.Solver, "solver", "", "dopri5 (default of points), bosh3 (of images), or another of euler, midpoint, heun, rk4, tsit5, dopri8")
	f.Float64Var(&o.Tolerance, "tolerance", 0, "of an adaptive solver, relative and absolute (default 1e-5 for points, 1e-3 for images)")
	f.IntVar(&o.Steps, "steps", 0, "equal steps instead of adaptive ones (default 50 for a solver that cannot adapt)")
	f.IntVar(&o.Batch, "batch", 0, "samples at a time (default 256 points, 16 images, or 8 large ones); more is faster on a GPU")
	on.add(f)
	return cmd
}

func (a *app) sample(cmd *cobra.Command, o sample.Options, on machine) error {
	first, last, err := o.Check(cmd.Flags().Changed("n"))
	if err != nil {
		return err
	}
	if cmd.Flags().Changed("guidance") && o.Weak == "" {
		if !strings.HasPrefix(o.Run, pretrained.Prefix) {
			return usage.Errorf("sample: --guidance leads away from --weak, which is missing: name a potential of the same data that trained less")
		}
		o.Weak = o.Run + pretrained.Weak
	}
	by, choice, err := a.open(o.Reference, on)
	if err != nil {
		return err
	}
	job, err := sample.New(o, by, choice.Name, first, last)
	if err != nil {
		return err
	}
	if err := o.CheckWritable(); err != nil {
		return err
	}
	a.Say("sample: %d of shape %v by %s", last-first, by.Model.Shape, by.Name)
	a.resumable = !o.ToFile()
	if err := job.Run(cmd.Context(), a.Console); err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	a.Say("sample: %d samples in %s", last-first, o.Out)
	return nil
}
