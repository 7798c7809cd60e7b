package paper

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"vapoflow/experiments/element"
	"vapoflow/experiments/measure"
	"vapoflow/experiments/record"
	"vapoflow/vapo"
	"vapoflow/vapo/mixture"
)

// fig1 is the planar field. The paper's own planar data is not known: the ring of eight Gaussians,
// whose exact field is, stands for it.
var fig1 = steps{
	settings: planarSettings,
	claim:    func(string, Settings) string { return "inferred" },
	results:  withTraining(planeResults...),
	compute:  computeFig1,
	draw:     element.Of(drawPlane),
}

// planarSettings are those of an MLP on data in the plane.
func planarSettings(preset, recipe string) Settings {
	s := Settings{Config: vapo.DefaultConfig(), Model: train, Solver: "dopri5", RTol: 1e-5, ATol: 1e-5, Samples: 60, ScoreS: 0.5}
	if recipe == "best" { // `bench kl` has what else was tried
		s.Loss, s.Optimizer, s.LearningRate, s.Steps = "averaged", "muon", 3e-3, 6000
	} else {
		s.Loss, s.Autonomous = "variance-reduced", true
	}
	switch preset {
	case "smoke":
		s.Steps, s.Warmup = 200, 20
	case "cpu":
		s.Steps, s.Batch = 20_000, 512
	case "paper":
		s.Steps, s.Batch, s.Width, s.EMA = 200_000, 2048, 256, 0.9999
	}
	return s
}

// previewSteps is how long a training may be before its figure is shown: pure Go takes 7 ms a step.
const previewSteps = 2000

func computeFig1(ctx context.Context, t *trial) (element.Data, error) {
	exact, err := t.exactMixture()
	if err != nil {
		return nil, err
	}
	if exact.Dim() != 2 {
		return nil, fmt.Errorf("figure 1 needs data in the plane, and %s has examples of shape %v", t.Data, t.data.Info().Shape)
	}
	if t.Backend.Name == "go" && t.Steps > 2*previewSteps && !t.trainer().Trained(t.Config, t.data) {
		if err := t.preview(ctx, exact); err != nil {
			return nil, err
		}
	}
	m, err := t.train(ctx)
	if err != nil {
		return nil, err
	}
	if t.Autonomous {
		t.run.Note("Φ(x) without the clock cannot follow the path in the plane: its excess is a gap of the recipe, not an " +
			"error of training (docs/THEORY.md §5).")
	}
	return t.measurePlane(ctx, m, exact)
}

// plane measures a model with the settings' solver, particles and seed, and as many samples for its KL divergence.
func (t *trial) plane(ctx context.Context, m *vapo.Model, exact mixture.Mixture, samples int) (*measure.Plane, error) {
	with, err := t.NewSolver()
	if err != nil {
		return nil, err
	}
	return measure.NewPlane(ctx, m, exact, measure.PlaneOptions{Solver: with, Particles: t.Samples, KLSamples: samples,
		Seed: t.Seed})
}

// klSamples is how many samples each preset spends on the KL divergence: its error falls with their root.
func klSamples(preset string) int {
	switch preset {
	case "smoke":
		return 64
	case "cpu", "paper":
		return 32_768
	}
	return 8192
}

// measurePlane puts the numbers of a model's plane on record.
func (t *trial) measurePlane(ctx context.Context, m *vapo.Model, exact mixture.Mixture) (*measure.Plane, error) {
	p, err := t.plane(ctx, m, exact, klSamples(t.Preset))
	if err != nil {
		return nil, err
	}
	t.run.Keep("relative_excess", p.Excess.Overall, p.Excess.StdErr)
	for i, q := range p.Excess.Quarters {
		t.run.Keep(fmt.Sprintf("relative_excess_q%d", i+1), q, p.Excess.QuartersStdErr[i])
	}
	t.run.Results["nfe"] = float64(p.NFE)
	t.run.Keep("end_error_rms", p.EndError, p.EndErrorErr)
	if n := len(p.KL.S); n > 0 { // points have no density to compare with
		t.run.Keep("kl", p.KL.Value[n-1], p.KL.StdErr[n-1])
		t.run.Keep("off_mode", p.KL.OffMode[n-1], p.KL.OffModeErr[n-1])
		t.run.Results["kl_trimmed"], t.run.Results["off_mode_exact"] = p.KL.Trimmed[n-1], p.KL.OffModeExact[n-1]
	}
	return p, nil
}

// preview draws the figure of a short training of the same model, for those who wait.
func (t *trial) preview(ctx context.Context, exact mixture.Mixture) error {
	c := t.Config
	c.Steps = previewSteps
	m, err := t.trainer().Train(ctx, t.element+" preview", c, t.data)
	if err != nil {
		return err
	}
	p, err := t.plane(ctx, m, exact, 0)
	if err != nil {
		return err
	}
	f, err := p.Draw(fmt.Sprintf("Preview after %d steps", c.Steps))
	if err != nil {
		return err
	}
	t.say("preview of a training of %d steps: %s", c.Steps, t.previewPath())
	return f.Save(t.previewPath())
}

// previewPath is where a preview lies until the run is done.
func (t *trial) previewPath() string { return filepath.Join(t.Out, t.element+"-preview.png") }

// exactMixture is that of the run's data, with a note where it is not all of it.
func (t *trial) exactMixture() (mixture.Mixture, error) {
	if n := t.data.Info().Len; n > measure.ExactLimit {
		t.run.Note("The exact field is that of the first %d of %d points.", measure.ExactLimit, n)
	}
	return measure.Exact(t.data)
}

func drawPlane(p element.Page, plane *measure.Plane) error {
	s, err := settingsOf(p)
	if err != nil {
		return err
	}
	about := s.about(p.Manifest)
	f, err := plane.Draw(about)
	if err != nil {
		return err
	}
	if err := p.Figure("fig1", f, plane.Caption(about)); err != nil {
		return err
	}
	if kl, caption := plane.KLCurve(about); kl != nil {
		return p.Lines("kl", caption, *kl)
	}
	return nil
}

// about says in a sentence what was trained.
func (s Settings) about(m *record.Manifest) string {
	title, size := m.Data.Title, 0
	if _, size = utf8.DecodeRuneInString(title); size > 0 {
		title = strings.ToUpper(title[:size]) + title[size:]
	}
	if s.shipped() {
		return fmt.Sprintf("%s; %s homotopy, %s loss, %s, weights %s", title, s.Homotopy, s.Loss, s.network(), s.Model)
	}
	return fmt.Sprintf("%s; %s homotopy, %s loss, %s, %s steps of %s with batch %d", title, s.Homotopy, s.Loss, s.network(),
		thousands(s.Steps), s.Optimizer, s.Batch)
}

// network names the potential trained, as in "ResNet Φ(x, s) on a Gaussian base".
func (s Settings) network() string {
	name := map[string]string{"mlp": "MLP", "resnet": "ResNet"}[s.Potential] + " Φ(x, s)"
	if s.Autonomous {
		name = strings.Replace(name, ", s", "", 1)
	}
	if s.Base == "gaussian" {
		name += " on a Gaussian base"
	}
	return name
}

// thousands writes 10000 as 10,000.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

func settingsOf(p element.Page) (s Settings, err error) {
	if err = json.Unmarshal(p.Config, &s); err != nil {
		err = fmt.Errorf("the manifest's configuration: %w", err)
	}
	return s, err
}
