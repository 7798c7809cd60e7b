package main

import (
	"github.com/spf13/cobra"

	"vapoflow/experiments/score"
)

func (a *app) scoreCommand() *cobra.Command {
	var o score.Options
	var on machine
	var root string
	cmd := &cobra.Command{
		Use:   "score --run RUN --input FILE|FOLDER --out FILE.npz",
		Short: "Φ, ∇Φ, log-densities and out-of-distribution scores of your own inputs",
		Long: `Evaluates a trained potential, or an exact one, at inputs x: an .npz or .npy file with points [n, d] (taken as they are, float64
throughout) or images [n, height, width, channels] (bytes, or floats in [-1, 1]), or a folder of images. RUN is one of
  a run               its folder, or its name below results/runs
  a model             its folder, as results/models/KEY or the model/ of "experiments train"
  oracle:NAME         the exact potential of ring8, gauss2, gauss16 or modes16 (--set homotopy, omega, sigma)

The .npz holds, in nats and row by row,
  phi, grad                       Φ(x, s) and ∇Φ(x, s) at --s, x as it stands
  energy, score_norm              −Φ(x, s) and ‖∇log ρ̄(x; s)‖ = ‖∇Φ − (μ̇/μ)x‖/κ
  log_density_potential           log ρ̄(x; s) = (Φ − (μ̇/2μ)‖x‖²)/κ − shift, one evaluation of Φ
  log_density_flow                log ρ_Φ(x; s = 1), integrated along the flow; log_density_flow_err is its standard error over probes
  typicality_potential, _flow     |log-density − its mean over the references|
and, once, s, mu, v, mu_dot, v_dot and kappa at s, mu_end and v_end at s = 1, shift, amplification = 1/κ (errors of Φ
count that often in log_density_potential), entropy_potential and entropy_flow (minus the means over the references), references
(how many), nfe, and for data that is a mixture its means, std and weights.

The references are examples of the run's training data: placed on the path at s they anchor log_density_potential to the flow
(the shift); as they stand they give the typicality its mean. Higher energy, score norm and typicality and lower log-density speak
against an input. An adaptive solver shares its steps within a batch: log_density_flow depends on the batch within the tolerance.`,
		Example: `  experiments score --run oracle:ring8 --input points.npz --out scores.npz
  experiments score --run oracle:gauss2 --set homotopy=straight --input points.npy --out scores.npz --s 0.8
  experiments score --run fig1-quick-best-seed0 --input points.npz --out scores.npz
  experiments score --run fig2-cpu-best-seed0 --input photos/ --out scores.npz --flow=false
  python3 -c "import numpy; z = numpy.load('scores.npz'); print(z['energy'], z['log_density_flow'])"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.score(cmd, o, on, root) },
	}
	addReference(cmd, &o.Reference, "what scores")
	f := cmd.Flags()
	f.StringVar(&o.Input, "input", "", "what is scored: an .npz or .npy file (the array x, or the only one), or a folder of images (only its subfolder train, where it has one)")
	f.StringVar(&o.Out, "out", "", "where the scores go: an .npz file")
	f.Float64Var(&o.S, "s", 0.5, "clock of Φ, ∇Φ and what comes of them, in (0, 1]; 1/κ grows towards 1")
	f.BoolVar(&o.Flow, "flow", true, "the log-density by the flow, most of the work; --flow=false leaves it out, and log_density_potential without its anchor")
	f.Float64Var(&o.Tolerance, "tolerance", 0, "of the flow's integration, relative and absolute (default 1e-7 for an oracle, 1e-5 for a network at points, 1e-4 at images)")
	f.IntVar(&o.Probes, "probes", 0, "random probes of the divergence (default: exact up to 32 dimensions, 2 above)")
	f.IntVar(&o.Batch, "batch", 0, "inputs at a time (default 256 points or 16 images)")
	f.IntVar(&o.References, "references", 0, "how many training examples anchor (default 256 points or 32 images)")
	f.Uint64Var(&o.Seed, "seed", 0, "of the probes and of the references' noise")
	on.add(f)
	f.StringVar(&root, "data", "", "folder that holds the data sets, for the references (default $VAPO_DATA, else ./data)")
	return cmd
}

func (a *app) score(cmd *cobra.Command, o score.Options, on machine, root string) error {
	if err := o.Check(); err != nil {
		return err
	}
	var err error
	if o.DataRoot, err = dataRoot(root); err != nil {
		return err
	}
	if err := o.CheckWritable(); err != nil {
		return err
	}
	by, _, err := a.open(o.Reference, on)
	if err != nil {
		return err
	}
	return asUsage(score.Run(cmd.Context(), o, by, a.Console))
}
