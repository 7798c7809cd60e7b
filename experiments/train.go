package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/usage"
)

func (a *app) trainCommand() *cobra.Command {
	var o options
	var data string
	cmd := &cobra.Command{
		Use:   "train --data FILE|FOLDER|NAME",
		Short: "Train a potential on your own data",
		Long: `Trains on an .npz or .npy file (points [n, d], or images [n, height, width, channels] as bytes or in [-1, 1];
the array x, with x_test as the test split), on a folder of images (with subfolders train and test), or on a named set. Leaves the
model in the record's folder model/ (vapo.Load reads it), the training's log and the loss curve; for points in the plane also the
field, for RGB images also samples.

` + precedence,
		Example: `  experiments train --data points.npz
  experiments train --data moons --set homotopy=straight
  experiments train --data photos/ --set image_size=32 --preset cpu
  experiments train --config mine.json --data points.npz --seed 1`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if data == "" {
				return usage.Errorf("train: --data is missing: an .npz or .npy file, a folder of images, or the name of a set (`experiments data list`)")
			}
			if err := paper.CheckPreset(o.preset, o.recipe); err != nil {
				return asUsage(err)
			}
			env, err := o.env(a)
			if err != nil {
				return err
			}
			a.resumable = true
			dir, err := paper.Train(cmd.Context(), data, env)
			if err != nil {
				return explain(dir, asUsage(err))
			}
			a.Say("train: model in %s", filepath.Join(dir, "model"))
			return a.tell(dir)
		},
	}
	o.add(cmd)
	cmd.Flags().StringVar(&data, "data", "", "what to train on (named sets that need files are looked for in $VAPO_DATA, else ./data)")
	return cmd
}
