package paper

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"

	"vapoflow/experiments/record"
)

//go:embed published.json
var publishedText []byte

// publishedRow is a number of another publication, as published.json holds them.
type publishedRow struct {
	Table      string `json:"table"` // the element that shows it
	Model      string `json:"model"`
	FID        string `json:"fid"`           // as its source writes it
	NFE        int    `json:"nfe,omitempty"` // 0 where the source at hand does not tell
	Year       int    `json:"year"`
	Source     string `json:"source"`
	Remembered bool   `json:"remembered,omitempty"` // nobody has compared it with the source
}

// published are the rows for an element, in the order of the file.
func published(element string) ([]publishedRow, error) {
	var all, rows []publishedRow
	if err := json.Unmarshal(publishedText, &all); err != nil {
		return nil, fmt.Errorf("published.json: %w", err)
	}
	for _, row := range all {
		if row.Table == element {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// publishedTable shows the published numbers apart from those measured here, unless the latter are comparable.
func publishedTable(element string, measured fidTable) (record.Table, error) {
	t := record.Table{Header: []string{"model", "FID", "NFE", "year", "source"}}
	t.Caption = "Published FID, for reading beside the literature only: by other features and, mostly, of 50,000 samples, so " +
		"not comparable with the distances measured here."
	if measured.comparable {
		t.Caption = fmt.Sprintf("Published FID, mostly of 50,000 samples, and this run's of %s.", thousands(measured.n))
		t.Rows = append(t.Rows, []string{"this run", fmt.Sprintf("%.2f", measured.ours().All),
			fmt.Sprintf("%.0f", measured.ours().nfe), "–", "this record"})
	}
	rows, err := published(element)
	for _, row := range rows {
		nfe, source := "–", row.Source
		if row.NFE > 0 {
			nfe = strconv.Itoa(row.NFE)
		}
		if row.Remembered {
			source += " (remembered, not verified)"
		}
		t.Rows = append(t.Rows, []string{row.Model, row.FID, nfe, strconv.Itoa(row.Year), source})
	}
	return t, err
}
