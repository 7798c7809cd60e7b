package paper

import (
	"fmt"
	"math"

	"vapoflow/experiments/element"
	"vapoflow/experiments/measure"
	"vapoflow/experiments/record"
)

// keepFID puts the rows on record, as numbers and as tables, and gives them as arrays.
func (t *trial) keepFID(f fidTable) (element.Data, error) {
	name := "frechet_distance"
	if f.comparable {
		name = "fid"
	} else if t.run.Claim != "not the paper's data" {
		t.run.Claim = "inferred" // the paper's measure was not at hand
	}
	if ours := f.ours(); f.by != "" {
		t.run.Results[name] = ours.All
		keep := func(name string, s measure.Spread) { t.run.Keep(name, s.Mean, s.SD/math.Sqrt(measure.Parts)) }
		keep(name+"_of_parts", ours.Frechet)
		keep("kid", ours.KID)
		keep("recall", ours.Recall)
		keep("precision", ours.Precision)
		for _, row := range f.rows {
			switch row.name {
			case gaussianBase:
				t.run.Results[name+"_base"] = row.All
			case uniformNoise:
				t.run.Results[name+"_noise"] = row.All
			case heldOutImages:
				t.run.Results[name+"_held_out"] = row.All
				keep(name+"_of_parts_held_out", row.Frechet)
			}
		}
	}
	literature, err := publishedTable(t.run.Element, f)
	if err != nil {
		return nil, err
	}
	t.run.Tables = []record.Table{f.table(t), literature}
	columns := fidColumns{}
	for _, r := range f.rows {
		for name, v := range map[string]float64{"frechet": r.All, "nfe": r.nfe} {
			columns[name] = append(columns[name], v)
		}
		for name, v := range map[string]measure.Spread{"frechet_of_parts": r.Frechet, "kid": r.KID, "precision": r.Precision,
			"recall": r.Recall} {
			columns[name], columns[name+"_deviation"] = append(columns[name], v.Mean), append(columns[name+"_deviation"], v.SD)
		}
	}
	return columns, nil
}

// fidColumns are the table's columns of numbers by their names. Nothing draws them.
type fidColumns map[string][]float64

func (c fidColumns) Arrays() record.Arrays {
	arrays := record.Arrays{}
	for name, column := range c {
		arrays[name] = &column
	}
	return arrays
}

func (f fidTable) table(t *trial) record.Table {
	if f.by == "" {
		table := record.Table{Caption: "The images that would be compared; no features were at hand. " +
			t.about(&t.run.Manifest) + ".", Header: []string{"images", "NFE"}}
		for _, r := range f.rows {
			table.Rows = append(table.Rows, []string{r.name, r.evaluations()})
		}
		return table
	}
	distance := "FID"
	caption := fmt.Sprintf("FID of %s images of each set to %s training images: %s.", thousands(f.n), thousands(f.references),
		t.about(&t.run.Manifest))
	if !f.comparable {
		distance = "Fréchet distance"
		caption = fmt.Sprintf("Fréchet distance of %s images of each set to %s training images, by %d features of %s: not "+
			"comparable with published FID. %s.",
			thousands(f.n), thousands(f.references), f.dim, f.featuresTitle(t), t.about(&t.run.Manifest))
	}
	size := thousands(f.part)
	caption += fmt.Sprintf(" The second column and those after it are means ± standard deviations over %d disjoint sets of %s "+
		"images: of the images, for there is one training. "+
		"Fewer images are further away, held-out ones too: only distances of one column compare, and more held-out images "+
		"would come nearer. KID, the kernel distance, has no such bias. "+
		"Recall and precision (k = 3) are among as many training images; one outlier among those takes in much, so that noise "+
		"may have precision, but no recall.", measure.Parts, size)
	if t.shipped() {
		caption += " The weights ship with the program: their training is not repeated, and its spread is not known."
	}
	table := record.Table{Caption: caption, Header: []string{"images", distance, "in sets of " + size, "KID", "recall",
		"precision", "NFE"}}
	for _, r := range f.rows {
		digits := fmt.Sprintf("%.*f", max(0, -int(math.Floor(math.Log10(r.Frechet.SD)))), r.All)
		name := r.name
		if r.n < f.n {
			name += fmt.Sprintf(" (all %s)", thousands(r.n))
		}
		table.Rows = append(table.Rows, []string{name, digits, r.Frechet.String(), r.KID.String(), r.Recall.String(),
			r.Precision.String(), r.evaluations()})
	}
	return table
}

// evaluations of ∇Φ that drawing the images took, as text.
func (r fidRow) evaluations() string {
	if r.nfe > 0 {
		return fmt.Sprintf("%.0f", r.nfe)
	}
	return "–"
}

// featuresTitle names the extractor, with its accuracy where it is a classifier.
func (f fidTable) featuresTitle(t *trial) string {
	if accuracy, ok := t.run.Results["classifier_accuracy"]; ok {
		return fmt.Sprintf("a small %s trained here (%.0f %% right on the test split)", f.by, 100*accuracy)
	}
	return f.by
}
