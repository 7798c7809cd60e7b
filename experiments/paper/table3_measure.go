package paper

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"vapoflow/experiments/element"
	"vapoflow/experiments/record"
	"vapoflow/figures"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo/density"
)

// curveClock are the clocks of AUROC against s.
var curveClock = []float64{0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95}

// curveImages and flowImages are how many images of each set the curve and the flow's scores take: one is many evaluations of Φ, the
// other of its Laplacian along a whole trajectory, which smoke and quick leave out.
func curveImages(preset string) int {
	return map[string]int{"smoke": 8, "quick": 128, "cpu": 256, "paper": 2000}[preset]
}

func flowImages(preset string) int {
	return map[string]int{"cpu": 48, "paper": 2000}[preset]
}

// oodTable is AUROC[set][score] at one s, by the flow too where that was affordable, and AUROC[set][score][s].
type oodTable struct {
	names, titles []string // of the sets but the first
	areas, flow   [][]uncertainty.Estimate
	curve         [][][]uncertainty.Estimate
}

func (w *work) measureOOD(ctx context.Context, o *oodScorer) (element.Data, error) {
	t := oodTable{}
	for _, set := range o.sets[1:] {
		t.names, t.titles = append(t.names, set.name), append(t.titles, set.title)
	}
	done, total := 0, (len(o.sets)+1)*(1+len(curveClock))
	count := w.counter("sets scored", total)
	tell := func() { done++; count(done) }
	w.say("scoring %d sets of up to %d images", len(o.sets), w.Samples)
	scores, err := o.at(ctx, w.ScoreS, w.Samples, density.Scoring{}, tell)
	if err != nil {
		return nil, err
	}
	if t.areas, err = areas(scores); err != nil {
		return nil, err
	}
	t.curve = make([][][]uncertainty.Estimate, len(t.names))
	for _, s := range curveClock {
		at, err := o.at(ctx, s, min(w.Samples, curveImages(w.Preset)), density.Scoring{}, tell)
		if err != nil {
			return nil, err
		}
		rows, err := areas(at)
		if err != nil {
			return nil, err
		}
		for k := range rows {
			t.curve[k] = append(t.curve[k], rows[k])
		}
	}
	if n := min(w.Samples, flowImages(w.Preset)); n > 0 {
		if t.flow, err = w.flowAreas(ctx, o, n); err != nil {
			return nil, err
		}
	} else {
		w.run.Note("The flow's log-density is left out at preset %s: an integration of the Laplacian for each image. Presets cpu and paper have it.", w.Preset)
	}
	return w.keepOOD(o, t, scores), nil
}

// flowAreas are the AUROC of the flow's scores for the first n images, by one Hutchinson probe each.
func (w *work) flowAreas(ctx context.Context, o *oodScorer, n int) ([][]uncertainty.Estimate, error) {
	with, err := w.NewSolver()
	if err != nil {
		return nil, err
	}
	w.say("the flow's log-density of %d images of each set", n)
	count, done := w.counter("sets scored by the flow", len(o.sets)+1), 0
	how := density.Scoring{Solver: with, Divergence: density.Hutchinson{Probes: 1, Seed: uint64(w.Seed)}}
	scores, err := o.at(ctx, w.ScoreS, n, how, func() { done++; count(done) })
	if err != nil {
		return nil, err
	}
	for k := range scores {
		scores[k] = scores[k][len(oodNames):]
	}
	return areas(scores)
}

// oodArrays are the numbers of the table and of the curves.
type oodArrays struct {
	S               []float64
	Areas, AreasErr [][]float64             // [sets][scores] at the settings' s
	Curve, CurveErr [][][]float64           // [sets][clock][scores]
	Flow, FlowErr   [][]float64             // [sets][scores of the flow]; nil where it was left out
	Scores          map[string]*[][]float64 // of each set, [scores][n]; nothing draws them
}

func (o *oodArrays) Arrays() record.Arrays {
	arrays := record.Arrays{
		"s": &o.S, "auroc": &o.Areas, "auroc_standard_error": &o.AreasErr, "auroc_curve": &o.Curve, "auroc_curve_standard_error": &o.CurveErr,
		"auroc_flow": record.Optional(&o.Flow), "auroc_flow_standard_error": record.Optional(&o.FlowErr),
	}
	for set, scores := range o.Scores {
		arrays["scores_"+set] = scores
	}
	return arrays
}

// keepOOD puts tables and numbers on record, and gives the arrays.
func (w *work) keepOOD(o *oodScorer, t oodTable, scores [][][]float64) *oodArrays {
	w.run.Tables = []record.Table{w.oodAUROC(o, t), oodTitles(o)}
	for k, name := range t.names {
		switch name {
		case "svhn", control:
			for key, score := range map[string]string{"energy": "energy", "typicality": "typicality by inversion"} {
				of := t.areas[k][slices.Index(oodNames, score)]
				w.run.Keep("auroc_"+key+"_"+name, of.Value, of.StdErr)
			}
		}
	}
	a := oodArrays{S: curveClock, Scores: map[string]*[][]float64{}}
	a.Areas, a.AreasErr = split(t.areas)
	a.Flow, a.FlowErr = split(t.flow)
	for _, clocks := range t.curve {
		values, errors := split(clocks)
		a.Curve, a.CurveErr = append(a.Curve, values), append(a.CurveErr, errors)
	}
	for k, set := range o.sets {
		a.Scores[set.name] = &scores[k]
	}
	return &a
}

// oodAUROC is the table of the paper.
func (w *work) oodAUROC(o *oodScorer, t oodTable) record.Table {
	table := record.Table{Header: append([]string{"images"}, oodNames...)}
	table.Caption = fmt.Sprintf("AUROC of scores against the model's own held-out images, at s = %g, for up to %s images of each set placed on the path as μx̄ + √v ε. Every set is resized to %d×%d and written as JPEG of quality %d once, "+
		"the model's own too: ½ is chance; ± is the standard error by DeLong's method, of the images and not of the training. The log-densities are taken with their sign turned, so that more speaks against an image in every column.",
		w.ScoreS, thousands(o.sets[0].n), o.flow.Shape[0], o.flow.Shape[0], treatmentQuality)
	if t.flow != nil {
		table.Header = append(table.Header, flowNames...)
		table.Caption += fmt.Sprintf(" The flow's scores are of %d images of each set, by one random probe for the Laplacian.", min(w.Samples, flowImages(w.Preset)))
	}
	table.Caption += " " + w.about(&w.run.Manifest) + "."
	for k, name := range t.names {
		if name == control {
			name += " (control: images of the same set that were not JPEG before, ½ expected)"
		}
		row := []string{name}
		for _, a := range t.areas[k] {
			row = append(row, a.String())
		}
		if t.flow != nil {
			for _, a := range t.flow[k] {
				row = append(row, a.String())
			}
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// oodTitles says what was really found under the sets' names.
func oodTitles(o *oodScorer) record.Table {
	t := record.Table{Caption: "The sets, before the treatment.", Header: []string{"images", "of", "number"}}
	for _, set := range o.sets {
		t.Rows = append(t.Rows, []string{set.name, set.title, thousands(set.n)})
	}
	return t
}

func drawTable3(p element.Page, a *oodArrays) error {
	s, err := settingsOf(p)
	if err != nil {
		return err
	}
	var panels []figures.LinePanel
	for score := range a.Curve[0][0] {
		panel := figures.LinePanel{Title: p.Tables[0].Header[1+score], X: "clock s", Y: "AUROC"}
		for set := range a.Curve {
			label, _, _ := strings.Cut(p.Tables[0].Rows[set][0], " (")
			curve := figures.Series{Name: label, X: a.S}
			for i := range a.S {
				curve.Y, curve.Spread = append(curve.Y, a.Curve[set][i][score]), append(curve.Spread, a.CurveErr[set][i][score])
			}
			panel.Series = append(panel.Series, curve)
		}
		panels = append(panels, panel)
	}
	return p.Lines(p.Element+"-curve", fmt.Sprintf("AUROC of each score against the clock s with its standard error, for up to %d images of each set, all written as JPEG of quality %d; ½ is chance. %s.",
		min(s.Samples, curveImages(p.Preset)), treatmentQuality, s.about(p.Manifest)), panels...)
}
