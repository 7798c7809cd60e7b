package paper

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"vapoflow/experiments/element"
	"vapoflow/experiments/measure"
	"vapoflow/experiments/record"
	"vapoflow/figures"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo/density"
)

// curveClock are the clocks of AUROC against s.
var curveClock = []float64{0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95}

// curveImages and flowImages are how many images of each set the curve and the flow's scores take: one is many evaluations of Φ,
// the other of its Laplacian along a whole trajectory, which smoke and quick leave out.
func curveImages(preset string) int {
	return map[string]int{"smoke": 8, "quick": 128, "cpu": 256, "paper": 2000}[preset]
}

func flowImages(preset string) int {
	return map[string]int{"cpu": 48, "paper": 2000}[preset]
}

// oodAreas are the AUROC of each score for every set but the first, [sets − 1][scores], by the flow too where that was
// affordable.
type oodAreas struct{ ours, flow [][]uncertainty.Estimate }

// oodArrays are the numbers of the table and of the curves.
type oodArrays struct {
	Areas, AreasErr [][]float64 // [sets][scores] at the settings' s
	Curves          measure.AUROC
	Flow, FlowErr   [][]float64             // [sets][scores of the flow]; nil where it was left out
	Scores          map[string]*[][]float64 // of each set, [scores][n]; nothing draws them
}

func (o *oodArrays) Arrays() record.Arrays {
	arrays := o.Curves.Arrays()
	arrays["auroc"], arrays["auroc_standard_error"] = &o.Areas, &o.AreasErr
	arrays["auroc_flow"], arrays["auroc_flow_standard_error"] = record.Optional(&o.Flow), record.Optional(&o.FlowErr)
	for set, scores := range o.Scores {
		arrays["scores_"+set] = scores
	}
	return arrays
}

func (t *trial) measureOOD(ctx context.Context, c *contest) (element.Data, error) {
	done, total := 0, (len(c.sets)+1)*(1+len(curveClock))
	count := t.counter("sets scored", total)
	tell := func() { done++; count(done) }
	t.say("scoring %d sets of up to %d images", len(c.sets), t.Samples)
	scores, err := c.at(ctx, t.ScoreS, t.Samples, density.Scoring{}, tell)
	if err != nil {
		return nil, err
	}
	var areas oodAreas
	if areas.ours, err = measure.Areas(scores, oodNames); err != nil {
		return nil, err
	}
	out := oodArrays{Scores: map[string]*[][]float64{}}
	for k, set := range c.sets {
		var rows [][]float64
		for _, name := range oodNames {
			rows = append(rows, scores[k][name])
		}
		out.Scores[set.name] = &rows
	}
	for _, s := range curveClock {
		at, err := c.at(ctx, s, min(t.Samples, curveImages(t.Preset)), density.Scoring{}, tell)
		if err != nil {
			return nil, err
		}
		of, err := measure.Areas(at, oodNames)
		if err != nil {
			return nil, err
		}
		out.Curves.Add(s, of)
	}
	if n := min(t.Samples, flowImages(t.Preset)); n > 0 {
		if areas.flow, err = t.flowAreas(ctx, c, n); err != nil {
			return nil, err
		}
	} else {
		t.run.Note("The flow's log-density is left out at preset %s: an integration of the Laplacian for each image. Presets "+
			"cpu and paper have it.", t.Preset)
	}
	out.Areas, out.AreasErr = measure.Apart(areas.ours)
	out.Flow, out.FlowErr = measure.Apart(areas.flow)
	t.run.Tables = []record.Table{t.oodAUROC(c, areas), oodTitles(c)}
	for k, set := range c.sets[1:] {
		if set.name == "svhn" || set.name == control {
			for key, score := range map[string]string{"energy": "energy", "typicality": "typicality by inversion"} {
				of := areas.ours[k][slices.Index(oodNames, score)]
				t.run.Keep("auroc_"+key+"_"+set.name, of.Value, of.StdErr)
			}
		}
	}
	return &out, nil
}

// flowAreas are the AUROC of the flow's scores for the first n images, by one Hutchinson probe each.
func (t *trial) flowAreas(ctx context.Context, c *contest, n int) ([][]uncertainty.Estimate, error) {
	with, err := t.NewSolver()
	if err != nil {
		return nil, err
	}
	t.say("the flow's log-density of %d images of each set", n)
	count, done := t.counter("sets scored by the flow", len(c.sets)+1), 0
	how := density.Scoring{Solver: with, Divergence: density.Hutchinson{Probes: 1, Seed: uint64(t.Seed)}}
	scores, err := c.at(ctx, t.ScoreS, n, how, func() { done++; count(done) })
	if err != nil {
		return nil, err
	}
	return measure.Areas(scores, flowNames)
}

// oodAUROC is the table of the paper.
func (t *trial) oodAUROC(c *contest, areas oodAreas) record.Table {
	table := record.Table{Header: append([]string{"images"}, oodNames...)}
	table.Caption = fmt.Sprintf("AUROC of scores against the model's own held-out images, at s = %g, for up to %s images of "+
		"each set placed on the path as μx̄ + √v ε. Every set is resized to %d×%d and written as JPEG of quality %d once, "+
		"the model's own too: ½ is chance; ± is the standard error by DeLong's method, of the images and not of the training. "+
		"The log-densities are taken with their sign turned, so that more speaks against an image in every column.",
		t.ScoreS, thousands(c.sets[0].n), c.flow.Shape[0], c.flow.Shape[0], treatmentQuality)
	if areas.flow != nil {
		table.Header = append(table.Header, flowNames...)
		table.Caption += fmt.Sprintf(" The flow's scores are of %d images of each set, by one random probe for the "+
			"Laplacian.", min(t.Samples, flowImages(t.Preset)))
	}
	table.Caption += " " + t.about(&t.run.Manifest) + "."
	for k, set := range c.sets[1:] {
		name := set.name
		if name == control {
			name += " (control: images of the same set that were not JPEG before, ½ expected)"
		}
		row := []string{name}
		for _, a := range areas.ours[k] {
			row = append(row, a.String())
		}
		if areas.flow != nil {
			for _, a := range areas.flow[k] {
				row = append(row, a.String())
			}
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// oodTitles says what was really found under the sets' names.
func oodTitles(c *contest) record.Table {
	t := record.Table{Caption: "The sets, before the treatment.", Header: []string{"images", "of", "number"}}
	for _, set := range c.sets {
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
	for score := range a.Curves.Area[0][0] {
		panel := figures.LinePanel{Title: p.Tables[0].Header[1+score], X: "clock s", Y: "AUROC"}
		for set := range a.Curves.Area {
			label, _, _ := strings.Cut(p.Tables[0].Rows[set][0], " (")
			panel.Series = append(panel.Series, a.Curves.Curve(label, set, score))
		}
		panels = append(panels, panel)
	}
	return p.Lines(p.Element+"-curve", fmt.Sprintf("AUROC of each score against the clock s with its standard error, for up to "+
		"%d images of each set, all written as JPEG of quality %d; ½ is chance. %s.",
		min(s.Samples, curveImages(p.Preset)), treatmentQuality, s.about(p.Manifest)), panels...)
}
