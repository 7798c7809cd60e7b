package paper

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
)

// keepFID puts the rows on record: as numbers, as arrays and as tables.
func (w *work) keepFID(t fidTable) error {
	ours := t.ours()
	name := "frechet_distance"
	if t.comparable {
		name = "fid"
	} else if w.run.Claim != "not the paper's data" {
		w.run.Claim = "inferred" // the paper's measure was not at hand
	}
	w.run.Results[name] = ours.frechet
	w.run.Results["kid"], w.run.Results["precision"], w.run.Results["recall"] = ours.kid, ours.precision, ours.recall
	if last := t.rows[len(t.rows)-1]; last.name == "held-out images" {
		w.run.Results[name+"_held_out"] = last.frechet
	}
	literature, err := publishedTable(w.run.Element, t)
	if err != nil {
		return err
	}
	w.run.Tables = []record.Table{t.table(w), literature}
	columns := map[string][]float64{}
	for _, r := range t.rows {
		for name, v := range map[string]float64{"frechet": r.frechet, "kid": r.kid, "kid_deviation": r.kidDev, "precision": r.precision, "recall": r.recall, "nfe": r.nfe} {
			columns[name] = append(columns[name], v)
		}
	}
	arrays := map[string]*tensors.Tensor{}
	for name, values := range columns {
		arrays[name] = vector(values)
	}
	return w.run.Arrays(arraysOf(w.run.Element), arrays)
}

func (t fidTable) table(w *work) record.Table {
	distance := "FID"
	caption := fmt.Sprintf("FID of %s images of each set to %s training images: %s.", thousands(t.n), thousands(t.references), w.about(&w.run.Manifest))
	if !t.comparable {
		distance = "Fréchet distance"
		caption = fmt.Sprintf("Fréchet distance of %s images of each set to %s training images, by %d features of %s: not comparable with published FID. %s.",
			thousands(t.n), thousands(t.references), t.dim, t.featuresTitle(w), w.about(&w.run.Manifest))
	}
	caption += " The held-out images are the least that a model can be asked for, at this number of images. KID is the kernel distance, without bias in it, and the column after it the deviation between " +
		"subsets; precision and recall (k = 3) are among as many training images; one outlier among those takes in much, noise too."
	table := record.Table{Caption: caption, Header: []string{"images", distance, "KID", "between subsets", "precision", "recall", "NFE"}}
	for _, r := range t.rows {
		nfe := "–"
		if r.nfe > 0 {
			nfe = fmt.Sprintf("%.0f", r.nfe)
		}
		table.Rows = append(table.Rows, []string{r.name, fmt.Sprintf("%.4g", r.frechet), fmt.Sprintf("%.3f", r.kid), fmt.Sprintf("%.3f", r.kidDev),
			fmt.Sprintf("%.2f", r.precision), fmt.Sprintf("%.2f", r.recall), nfe})
	}
	return table
}

// featuresTitle names the extractor, with its accuracy where it is a classifier.
func (t fidTable) featuresTitle(w *work) string {
	if accuracy, ok := w.run.Results["classifier_accuracy"]; ok {
		return fmt.Sprintf("a small %s trained here (%.0f %% right on the test split)", t.by, 100*accuracy)
	}
	return t.by
}
