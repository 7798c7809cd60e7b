package paper

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"

	"vapoflow/experiments/element"
	"vapoflow/experiments/measure"
	"vapoflow/experiments/usage"
)

// own trains on the user's data. It is no element of the paper, and keeps its record like one.
var own = Element{"train", "A potential trained on own data", steps{
	claim:   func(string, Settings) string { return "" },
	results: withTraining(slices.Concat(planeResults, sheetResults)...),
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
	p, err := own.plan(base, env)
	if err != nil {
		return "", err
	}
	return p.Run(ctx)
}

// ownSettings are those that a training on data starts from, and env with the data open.
func ownSettings(data string, env Env) (Settings, Env, error) {
	value, _ := json.Marshal(data) // text always encodes
	changes := append(env.Changes[:len(env.Changes):len(env.Changes)], Change{"data", value, "--data " + data})
	env.Changes, env.Strict = changes, true

	// The data's shape decides what is trained, so it is opened before the settings are known.
	base := planarSettings(env.Preset, env.Recipe)
	probe := base
	if err := probe.Apply(changes); err != nil {
		return base, env, usage.Wrap(err)
	}
	if env.Sets == nil {
		env.Sets = new(Sets)
	}
	opened, err := env.Sets.Open(probe.Config, env.DataRoot, "train")
	if err != nil {
		return base, env, err
	}
	if opened.Info().IsImage() {
		base = imageSettings(data, ownSamples)(env.Preset, env.Recipe)
		base.Model = train
	}
	return base, env, nil
}

func computeOwn(ctx context.Context, t *trial) (element.Data, error) {
	m, err := t.train(ctx)
	if err != nil {
		return nil, err
	}
	if err := m.Save(filepath.Join(t.run.Dir(), "model")); err != nil {
		return nil, err
	}
	log := t.lossLog(m)
	if err := log.Arrays().Save(t.run.Path(ownLog)); err != nil {
		return nil, err
	}
	switch {
	case isRGB(t.data.Info().Shape):
		return t.sheet(ctx, m)
	case isPlanar(t.data.Info().Shape):
		exact, err := t.exactMixture()
		if err != nil {
			return nil, err
		}
		plane, err := t.measurePlane(ctx, m, exact)
		if err != nil {
			return nil, err
		}
		return nil, plane.Arrays().Save(t.run.Path(element.File("fig1")))
	}
	return nil, nil
}

// isRGB and isPlanar tell what is drawn of examples of a shape.
func isRGB(shape []int) bool    { return len(shape) == 3 && shape[2] == 3 }
func isPlanar(shape []int) bool { return len(shape) == 1 && shape[0] == 2 }

func drawOwn(p element.Page) error {
	switch shape := p.Data.Shape; {
	case isRGB(shape):
		return element.Of(drawSheet)(p)
	case isPlanar(shape):
		var plane measure.Plane
		if err := plane.Arrays().Load(p.Path(element.File("fig1"))); err != nil {
			return err
		}
		if err := drawPlane(p, &plane); err != nil {
			return err
		}
	}
	s, err := settingsOf(p)
	if err != nil {
		return err
	}
	var log losses
	if err := log.Arrays().Load(p.Path(ownLog)); err != nil {
		return err
	}
	return log.draw(p, s, "loss")
}
