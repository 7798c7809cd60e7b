package paper

import (
	"context"
	"encoding/json"
	"path/filepath"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
)

// own trains on the user's data. It is no element of the paper, and keeps its record like one.
var own = Element{"train", "A potential trained on own data", steps{
	claim:   func(string, Settings) string { return "" },
	compute: computeOwn,
	draw:    drawOwn,
}}

const ownLog = "loss.npz"

// ownSamples is how many images each preset draws of a model of own images.
var ownSamples = [4]int{16, 64, 100, 100}

// Train trains on data, a named set, an .npz or .npy file or a folder of images, and leaves the
// model in its record's folder model/, beside the log and the loss curve; for data in the plane
// also the field. The settings start from Figure 1's for points and Figure 2's for images.
func Train(ctx context.Context, data string, env Env) (dir string, err error) {
	base, env, err := ownSettings(data, env)
	if err != nil {
		return "", err
	}
	return own.run(ctx, base, env)
}

// ownSettings are those that a training on data starts from, and env with the data opened.
func ownSettings(data string, env Env) (Settings, Env, error) {
	value, _ := json.Marshal(data) // text always encodes
	changes := append(env.Changes[:len(env.Changes):len(env.Changes)], Change{"data", value, "--data " + data})
	env.Changes, env.Strict = changes, true

	// The data's shape decides what is trained, so it is opened before the settings are known.
	base := planarSettings(env.Preset, env.Recipe)
	probe := base
	err := probe.Apply(changes)
	if err != nil {
		return base, env, usage.Wrap(err)
	}
	if env.data, err = probe.Config.Open(env.DataRoot, "train"); err != nil {
		return base, env, err
	}
	if env.data.Info().IsImage() {
		base = imageSettings(data, ownSamples)(env.Preset, env.Recipe)
		base.Model = train
	}
	return base, env, nil
}

func computeOwn(ctx context.Context, w *work) error {
	m, err := w.train(ctx)
	if err != nil {
		return err
	}
	if err := m.Save(filepath.Join(w.run.Dir(), "model")); err != nil {
		return err
	}
	arrays := map[string]*tensors.Tensor{}
	w.lossLog(m, arrays)
	if err := w.run.Arrays(ownLog, arrays); err != nil {
		return err
	}
	info := w.data.Info()
	switch {
	case info.IsImage() && info.Shape[2] == 3:
		return w.sheet(ctx, m)
	case len(info.Shape) == 1 && info.Shape[0] == 2:
		exact, err := w.exactMixture()
		if err != nil {
			return err
		}
		return w.measurePlane(ctx, m, exact)
	}
	return nil
}

func drawOwn(dir string, m *record.Manifest) error {
	switch shape := m.Data.Shape; {
	case len(shape) == 3 && shape[2] == 3:
		return drawSheet(dir, m)
	case len(shape) == 1 && shape[0] == 2:
		if err := drawFig1(dir, m); err != nil {
			return err
		}
	}
	s, err := settingsOf(m)
	if err != nil {
		return err
	}
	r := readRecord(dir, ownLog)
	if r.err == nil && !r.has("log_step") {
		return nil
	}
	step, value := r.vector("log_step"), r.vector("log_loss")
	if r.err != nil {
		return r.err
	}
	return drawLossCurve(dir, m, s, "loss", step, value)
}
