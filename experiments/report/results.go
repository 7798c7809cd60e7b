package report

import (
	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
)

// Results pairs the results that a manifest has, of those that its element declares, with their names, as text.
func Results(m record.Manifest) (rows [][2]string) {
	for _, q := range paper.Results(m.Element) {
		if text := q.In(&m); text != "" {
			rows = append(rows, [2]string{q.Label, text})
		}
	}
	return rows
}
