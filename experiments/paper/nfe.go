package paper

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"vapoflow/experiments/element"
	"vapoflow/experiments/measure"
	"vapoflow/experiments/record"
	"vapoflow/figures"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/metric"
	"vapoflow/vapo/solver"
)

// nfe shows what fewer evaluations of ∇Φ cost: every solver draws the same images, which are compared one by one with accurate
// ones, and all together with the training images. Samples counts the images of each.
var nfe = steps{
	settings: func(preset, recipe string) Settings {
		s := imageSettings("cifar10", [4]int{4, 128, 1024, 5000})(preset, recipe)
		s.RTol, s.ATol = accurate, accurate // of the images that all others are compared with
		if preset == "smoke" {
			s.RTol, s.ATol = 1e-3, 1e-3
		}
		return s
	},
	standIn:  "drawn",
	dataless: true,
	claim:    func(string, Settings) string { return "beyond the paper" },
	results: withTraining(
		element.Result("sampling_error", "error of images drawn as in the figures at quick, rms", "grey levels", "%.2g"),
		element.Result("nfe_accurate", "evaluations of ∇Φ of the accurate images", "", "%.0f"),
		element.Result("frechet_accurate", "Fréchet distance of the accurate images", "", "%.2f"),
		accuracyResult,
	),
	compute: computeNFE,
	draw:    element.Of(drawNFE),
}

// costs are what each of the plans spent and missed.
type costs struct {
	// evaluations; grey levels and their standard error; NaN where no features were at hand
	NFE, Error, ErrorSE, Frechet []float64
}

func (c *costs) Arrays() record.Arrays {
	return record.Arrays{"nfe": &c.NFE, "error": &c.Error, "error_se": &c.ErrorSE, "frechet": &c.Frechet}
}

// accurate is a tolerance whose error is far below a grey level.
const accurate = 1e-5

// plan is one way of drawing.
type plan struct {
	solver string
	with   solver.Options
}

// plans are the ways compared, each from few evaluations to many.
func plans(preset string) (list []plan, err error) {
	evaluations, tolerances := []int{4, 8, 16, 32, 64}, []float64{1e-1, 3e-2, 1e-2, 1e-3, 1e-4}
	if preset == "smoke" {
		evaluations, tolerances = []int{4, 8}, []float64{1e-1}
	}
	for _, name := range []string{"euler", "heun", "rk4"} {
		tableau, err := solver.List.Find(name)
		if err != nil {
			return nil, err
		}
		for _, n := range evaluations {
			list = append(list, plan{name, solver.Options{Steps: n / tableau.Stages()}})
		}
	}
	for _, name := range []string{"bosh3", "dopri5"} {
		for _, tol := range tolerances {
			list = append(list, plan{name, solver.Options{RTol: tol, ATol: tol}})
		}
	}
	return list, nil
}

func computeNFE(ctx context.Context, t *trial) (element.Data, error) {
	m, err := t.trainImages(ctx)
	if err != nil {
		return nil, err
	}
	list, err := plans(t.Preset)
	if err != nil {
		return nil, err
	}
	with, err := t.NewSolver()
	if err != nil {
		return nil, err
	}
	truth, spentOnTruth, err := t.drawBy(ctx, m, with, "accurately")
	if err != nil {
		return nil, err
	}
	distance, err := t.distanceToTraining(ctx)
	if err != nil {
		return nil, err
	}
	t.run.Results["nfe_accurate"] = spentOnTruth
	var c costs
	table := record.Table{Header: []string{"solver", "steps", "NFE", "error, grey levels", "Fréchet distance"}}
	row := func(solver, steps string, nfe, deviation, se, frechet float64) {
		table.Rows = append(table.Rows, []string{solver, steps, fmt.Sprintf("%.0f", nfe), uncertainty.Text(deviation, se),
			orDash("%.2f", frechet)})
	}
	for _, p := range list {
		with, err := solver.New(p.solver, p.with)
		if err != nil {
			return nil, err
		}
		steps := fmt.Sprintf("%d equal", p.with.Steps)
		if p.with.Steps == 0 {
			steps = fmt.Sprintf("tolerance %g", p.with.RTol)
		}
		images, spent, err := t.drawBy(ctx, m, with, p.solver+", "+steps)
		if err != nil {
			return nil, err
		}
		mean, se := deviation(images, truth)
		frechet, err := distance(images)
		if err != nil {
			return nil, err
		}
		if quick := imageSettings(t.Data, [4]int{})("quick", t.Recipe); p.solver == quick.Solver && p.with.RTol == quick.RTol {
			t.run.Keep("sampling_error", mean, se)
			t.run.Results["nfe"] = spent
		}
		c.NFE, c.Error, c.ErrorSE, c.Frechet = append(c.NFE, spent), append(c.Error, mean), append(c.ErrorSE, se),
			append(c.Frechet, frechet)
		row(p.solver, steps, spent, mean, se, frechet)
	}
	frechet, err := distance(truth)
	if err != nil {
		return nil, err
	}
	if !math.IsNaN(frechet) {
		t.run.Results["frechet_accurate"] = frechet
	}
	table.Rows = append(table.Rows, []string{t.Solver, fmt.Sprintf("tolerance %g", t.RTol), fmt.Sprintf("%.0f", spentOnTruth),
		"reference", orDash("%.2f", frechet)})
	table.Caption = fmt.Sprintf("Samples against the evaluations of ∇Φ that they cost: %s images of each, from the same noise. "+
		"Error is the root mean square difference of an image "+
		"to the accurate one, of 255 grey levels, mean ± standard error over images. %s.", thousands(t.Samples),
		t.about(&t.run.Manifest))
	t.run.Tables = []record.Table{table}
	return &c, nil
}

// orDash formats v, or a dash where it was not measured.
func orDash(format string, v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf(format, v)
}

// drawBy draws the settings' number of images with a solver: their values in [−1, 1], and the evaluations that each took.
func (t *trial) drawBy(ctx context.Context, m *vapo.Model, with solver.Solver, how string) (images [][]float32, spent float64,
	err error) {
	t.say("drawing %d images, %s", t.Samples, how)
	s, err := m.NewSampler(ctx, with, t.Seed, SampleBatch(m.Dim()))
	if err != nil {
		return nil, 0, err
	}
	tell := t.counter("images", t.Samples)
	err = s.Draw(ctx, 0, t.Samples, func(i int, x []float32) error {
		images = append(images, slices.Clone(x))
		tell(i + 1)
		return nil
	})
	return images, float64(s.NFE), err
}

// deviation is the root mean square difference of images to others in grey levels, its mean over images and the standard error of
// that.
func deviation(images, truth [][]float32) (mean, se float64) {
	each := make([]float64, len(images))
	for i, x := range images {
		for j, v := range x {
			d := float64(v - truth[i][j])
			each[i] += d * d
		}
		each[i] = measure.GreyLevels(math.Sqrt(each[i]), len(x))
	}
	return uncertainty.Mean(each)
}

// distanceToTraining measures images against the training images by the features of Tables 1 and 2; NaN where there are no such
// images, or no features that were trained.
func (t *trial) distanceToTraining(ctx context.Context) (func([][]float32) (float64, error), error) {
	none := func([][]float32) (float64, error) { return math.NaN(), nil }
	by, err := t.extractor(ctx)
	if err != nil || by == nil {
		return none, err
	}
	real, err := t.features(ctx, by, t.data, fidReferences("quick"))
	if errors.Is(err, dataset.ErrMissing) {
		return none, nil
	}
	return func(images [][]float32) (float64, error) {
		set := measure.Set{Name: "samples", Images: record.Images{Shape: t.data.Info().Shape}}
		for _, x := range images {
			set.Pixels = append(set.Pixels, dataset.Bytes(x)...)
		}
		got, err := t.features(ctx, by, set, len(images))
		if err != nil {
			return 0, err
		}
		return metric.FID(real.Moments, got.Moments)
	}, err
}

func drawNFE(p element.Page, c *costs) error {
	list, err := plans(p.Preset)
	if err != nil {
		return err
	}
	errors := figures.LinePanel{Title: "against accurate images", X: "evaluations of ∇Φ", Y: "error, grey levels", LogX: true,
		LogY: true}
	distances := figures.LinePanel{Title: "against training images", X: errors.X, Y: "Fréchet distance", LogX: true}
	for i, by := range list {
		if i == 0 || list[i-1].solver != by.solver {
			errors.Series = append(errors.Series, figures.Series{Name: by.solver, Spread: []float64{}})
			distances.Series = append(distances.Series, figures.Series{Name: by.solver})
		}
		e, d := &errors.Series[len(errors.Series)-1], &distances.Series[len(distances.Series)-1]
		e.X, e.Y, e.Spread = append(e.X, c.NFE[i]), append(e.Y, c.Error[i]), append(e.Spread, c.ErrorSE[i])
		d.X, d.Y = append(d.X, c.NFE[i]), append(d.Y, c.Frechet[i])
	}
	panels := []figures.LinePanel{errors}
	if !math.IsNaN(c.Frechet[0]) {
		panels = append(panels, distances)
	}
	return p.Lines(p.Element, p.Tables[0].Caption, panels...)
}
