package paper

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"vapoflow/experiments/record"
	"vapoflow/figures"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/mixture"
)

// fig1 is the planar field. The paper's own planar data is not known: the ring of eight Gaussians,
// whose exact field is, stands for it.
var fig1 = steps{
	settings: planarSettings,
	claim:    func(string, Settings) string { return "inferred" },
	compute:  computeFig1,
	draw:     drawFig1,
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

const fig1Arrays = "fig1.npz"

// previewSteps is how long a training may be before its figure is shown: pure Go takes 7 ms a step.
const previewSteps = 2000

func computeFig1(ctx context.Context, w *work) error {
	exact, err := w.exactMixture()
	if err != nil {
		return err
	}
	if exact.Dim() != 2 {
		return fmt.Errorf("figure 1 needs data in the plane, and %s has examples of shape %v", w.Data, w.data.Info().Shape)
	}
	if w.Backend.Name == "go" && w.Steps > 2*previewSteps && !w.trained(w.Config) {
		if err := w.preview(ctx, exact); err != nil {
			return err
		}
	}
	m, err := w.train(ctx)
	if err != nil {
		return err
	}
	if w.Autonomous {
		w.run.Note("Φ(x) without the clock cannot follow the path in the plane: its excess is a gap of the recipe, not an error of training (docs/THEORY.md §5).")
	}
	return w.measurePlane(ctx, m, exact)
}

// plane measures a model with the settings' solver, particles and seed, and as many samples for its KL divergence.
func (w *work) plane(ctx context.Context, m *vapo.Model, exact mixture.Mixture, samples int) (*Plane, error) {
	with, err := w.solver()
	if err != nil {
		return nil, err
	}
	return NewPlane(ctx, m, exact, PlaneOptions{Solver: with, Particles: w.Samples, KLSamples: samples, Seed: w.Seed})
}

// measurePlane puts a model's plane on record.
func (w *work) measurePlane(ctx context.Context, m *vapo.Model, exact mixture.Mixture) error {
	p, err := w.plane(ctx, m, exact, klSamples(w.Preset))
	if err != nil {
		return err
	}
	w.keep("relative_excess", p.Excess.Overall, p.Excess.StdErr)
	for i, q := range p.Excess.Quarters {
		w.keep(fmt.Sprintf("relative_excess_q%d", i+1), q, p.Excess.QuartersStdErr[i])
	}
	w.run.Results["nfe"] = float64(p.NFE)
	w.keep("end_error_rms", p.EndError, p.EndErrorErr)
	if n := len(p.KL.S); n > 0 { // points have no density to compare with
		w.keep("kl", p.KL.Value[n-1], p.KL.StdErr[n-1])
		w.keep("off_mode", p.KL.OffMode[n-1], p.KL.OffModeErr[n-1])
		w.run.Results["kl_trimmed"], w.run.Results["off_mode_exact"] = p.KL.Trimmed[n-1], p.KL.OffModeExact[n-1]
	}
	return p.Save(w.run.Path(fig1Arrays))
}

// preview draws the figure of a short training of the same model, for those who wait.
func (w *work) preview(ctx context.Context, exact mixture.Mixture) error {
	c := w.Config
	c.Steps = previewSteps
	m, err := w.trainOrLoad(ctx, c, w.run.Element+" preview")
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
	w.say("%s: preview of a training of %d steps: %s", w.run.Element, c.Steps, w.previewPath())
	return f.Save(w.previewPath())
}

// previewPath is where a preview lies until the run is done.
func (w *work) previewPath() string { return filepath.Join(w.Out, w.run.Element+"-preview.png") }

// trained tells whether the cache holds the model of a configuration whole: its weights are written last.
func (w *work) trained(c vapo.Config) bool {
	_, err := os.Stat(filepath.Join(ModelsDir(w.Out), c.Key(w.data), "weights.npz"))
	return err == nil
}

// exactMixture is that of the work's data, with a note where it is not all of it.
func (w *work) exactMixture() (mixture.Mixture, error) {
	if n := w.data.Info().Len; n > maxOracle {
		w.run.Note("The exact field is that of the first %d of %d points.", maxOracle, n)
	}
	return exactMixture(w.data)
}

// exactMixture is the data as a mixture, whose exact potential is known: by formula, or as the set
// of its points.
func exactMixture(data dataset.Dataset) (mixture.Mixture, error) {
	info := data.Info()
	if g, ok := data.(dataset.GaussianMixture); ok {
		return mixture.New(g.Mixture())
	}
	if info.Len == 0 || len(info.Shape) != 1 {
		return mixture.Mixture{}, fmt.Errorf("the exact potential needs a mixture or a finite set of points, and %s has examples of shape %v", info.Name, info.Shape)
	}
	flat, err := dataset.ReadRange(data, 0, min(info.Len, maxOracle))
	if err != nil {
		return mixture.Mixture{}, err
	}
	size := info.Size()
	points := make([][]float64, len(flat)/size)
	for i := range points {
		for _, v := range flat[i*size:][:size] {
			points[i] = append(points[i], float64(v))
		}
	}
	return mixture.Points(points)
}

// maxOracle bounds the points of an empirical oracle; the sets of 2-D points have as many.
const maxOracle = 10_000

func drawFig1(dir string, m *record.Manifest) error {
	p, err := LoadPlane(dir, fig1Arrays)
	if err != nil {
		return err
	}
	s, err := settingsOf(m)
	if err != nil {
		return err
	}
	f, err := p.Draw(s.about(m))
	if err != nil {
		return err
	}
	if err := saveFigure(dir, m, "fig1", f, p.caption(s.about(m))); err != nil {
		return err
	}
	return p.drawKL(dir, m, s.about(m))
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

func settingsOf(m *record.Manifest) (s Settings, err error) {
	if err = json.Unmarshal(m.Config, &s); err != nil {
		err = fmt.Errorf("the manifest's configuration: %w", err)
	}
	return s, err
}

// saveFigure writes a figure as PNG, SVG and PDF and lists it.
func saveFigure(dir string, m *record.Manifest, name string, f *figures.Figure, caption string) error {
	for _, extension := range []string{".png", ".svg", ".pdf"} {
		if err := f.Save(filepath.Join(dir, name+extension)); err != nil {
			return err
		}
	}
	m.Figures = append(m.Figures, record.Figure{File: name + ".png", Caption: caption})
	return nil
}
