package measure

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
	"vapoflow/figures"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo/density"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/metric"
)

// Inputs are inputs that scores should tell from others.
type Inputs struct {
	Name  string
	Place func(s float64) (*tensors.Tensor, error) // on the path at s, [n, shape...]
}

// ScoresAt are the scores of sets of inputs at how.S, each by its name, by a scorer that references anchor. tell is told after
// the references and after each set.
func ScoresAt(ctx context.Context, f *flow.Flow, how density.Scoring, references Inputs, sets []Inputs,
	tell func()) ([]map[string][]float64, error) {
	x, err := references.Place(how.S)
	if err != nil {
		return nil, err
	}
	scorer, err := density.NewScorer(ctx, f, x, how)
	if err != nil {
		return nil, err
	}
	tell()
	var all []map[string][]float64
	for _, set := range sets {
		x, err := set.Place(how.S)
		if err != nil {
			return nil, err
		}
		scores, err := scorer.Score(ctx, x)
		if err != nil {
			return nil, fmt.Errorf("scoring %s: %w", set.Name, err)
		}
		all = append(all, scores.Named)
		tell()
	}
	return all, nil
}

// Areas are the areas under the ROC curve of scores, by their names, of every set but the first against the first: [sets −
// 1][scores], with standard errors by DeLong's method.
func Areas(sets []map[string][]float64, names []string) ([][]uncertainty.Estimate, error) {
	var out [][]uncertainty.Estimate
	for _, set := range sets[1:] {
		row := make([]uncertainty.Estimate, len(names))
		for k, name := range names {
			var err error
			if row[k].Value, row[k].StdErr, err = metric.DeLong(sets[0][name], set[name]); err != nil {
				return nil, fmt.Errorf("AUROC of the %s: %w", name, err)
			}
		}
		out = append(out, row)
	}
	return out, nil
}

// AUROC is areas against the clock.
type AUROC struct {
	S           []float64
	Area, Error [][][]float64 // [sets][clock][scores]
}

// Add adds the areas at a further s.
func (a *AUROC) Add(s float64, areas [][]uncertainty.Estimate) {
	if a.S = append(a.S, s); a.Area == nil {
		a.Area, a.Error = make([][][]float64, len(areas)), make([][][]float64, len(areas))
	}
	values, errors := Apart(areas)
	for k := range areas {
		a.Area[k], a.Error[k] = append(a.Area[k], values[k]), append(a.Error[k], errors[k])
	}
}

// Arrays are those of a record.
func (a *AUROC) Arrays() record.Arrays {
	return record.Arrays{"s": &a.S, "auroc_curve": &a.Area, "auroc_curve_standard_error": &a.Error}
}

// Curve is that of a score for a set.
func (a *AUROC) Curve(name string, set, score int) figures.Series {
	curve := figures.Series{Name: name, X: a.S}
	for i := range a.S {
		curve.Y, curve.Spread = append(curve.Y, a.Area[set][i][score]), append(curve.Spread, a.Error[set][i][score])
	}
	return curve
}

// Apart are the values and the standard errors of estimates, as arrays are kept.
func Apart(of [][]uncertainty.Estimate) (values, errors [][]float64) {
	for _, row := range of {
		var v, e []float64
		for _, a := range row {
			v, e = append(v, a.Value), append(e, a.StdErr)
		}
		values, errors = append(values, v), append(errors, e)
	}
	return values, errors
}
