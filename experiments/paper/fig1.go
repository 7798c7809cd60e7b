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

func computeFig1(ctx context.Context, w *work) (element.Data, error) {
	exact, err := w.exactMixture()
	if err != nil {
		return nil, err
	}
	if exact.Dim() != 2 {
		return nil, fmt.Errorf("figure 1 needs data in the plane, and %s has examples of shape %v", w.Data, w.data.Info().Shape)
	}
	if w.Backend.Name == "go" && w.Steps > 2*previewSteps && !w.trainer().Trained(w.Config, w.data) {
		if err := w.preview(ctx, exact); err != nil {
			return nil, err
		}
	}
	m, err := w.train(ctx)
	if err != nil {
		return nil, err
	}
	if w.Autonomous {
		w.run.Note("Φ(x) without the clock cannot follow the path in the plane: its excess is a gap of the recipe, not an error of training (docs/THEORY.md §5).")
	}
	return w.measurePlane(ctx, m, exact)
}

// plane measures a model with the settings' solver, particles and seed, and as many samples for its KL divergence.
func (w *work) plane(ctx context.Context, m *vapo.Model, exact mixture.Mixture, samples int) (*measure.Plane, error) {
	with, err := w.NewSolver()
	if err != nil {
		return nil, err
	}
	return measure.NewPlane(ctx, m, exact, measure.PlaneOptions{Solver: with, Particles: w.Samples, KLSamples: samples, Seed: w.Seed})
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
func (w *work) measurePlane(ctx context.Context, m *vapo.Model, exact mixture.Mixture) (*measure.Plane, error) {
	p, err := w.plane(ctx, m, exact, klSamples(w.Preset))
	if err != nil {
		return nil, err
	}
	w.run.Keep("relative_excess", p.Excess.Overall, p.Excess.StdErr)
	for i, q := range p.Excess.Quarters {
		w.run.Keep(fmt.Sprintf("relative_excess_q%d", i+1), q, p.Excess.QuartersStdErr[i])
	}
	w.run.Results["nfe"] = float64(p.NFE)
	w.run.Keep("end_error_rms", p.EndError, p.EndErrorErr)
	if n := len(p.KL.S); n > 0 { // points have no density to compare with
		w.run.Keep("kl", p.KL.Value[n-1], p.KL.StdErr[n-1])
		w.run.Keep("off_mode", p.KL.OffMode[n-1], p.KL.OffModeErr[n-1])
		w.run.Results["kl_trimmed"], w.run.Results["off_mode_exact"] = p.KL.Trimmed[n-1], p.KL.OffModeExact[n-1]
	}
	return p, nil
}

// preview draws the figure of a short training of the same model, for those who wait.
func (w *work) preview(ctx context.Context, exact mixture.Mixture) error {
	c := w.Config
	c.Steps = previewSteps
	m, err := w.trainer().Train(ctx, w.element+" preview", c, w.data)
	if err != nil {
		return err
	}
	p, err := w.plane(ctx, m, exact, 0)
	if err != nil {
		return err
	}
	f, err := p.Draw(fmt.Sprintf("Preview after %d steps", c.Steps))
	if err != nil {
		return err
	}
	w.say("preview of a training of %d steps: %s", c.Steps, w.previewPath())
	return f.Save(w.previewPath())
}

// previewPath is where a preview lies until the run is done.
func (w *work) previewPath() string { return filepath.Join(w.Out, w.element+"-preview.png") }

// exactMixture is that of the work's data, with a note where it is not all of it.
func (w *work) exactMixture() (mixture.Mixture, error) {
	if n := w.data.Info().Len; n > measure.ExactLimit {
		w.run.Note("The exact field is that of the first %d of %d points.", measure.ExactLimit, n)
	}
	return measure.Exact(w.data)
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
	return fmt.Sprintf("%s; %s homotopy, %s loss, %s, %s steps of %s with batch %d", title, s.Homotopy, s.Loss, s.network(), thousands(s.Steps), s.Optimizer, s.Batch)
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
