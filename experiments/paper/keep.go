package paper

import (
	"math"

	"vapoflow/experiments/record"
	"vapoflow/internal/uncertainty"
)

// keep puts a result on record with its standard error, which a single value does not have.
func (w *work) keep(name string, value, stdErr float64) {
	w.run.Results[name] = value
	if !math.IsNaN(stdErr) {
		w.run.Results[name+"_standard_error"] = stdErr
	}
}

// withError is a result of a record as text, with its standard error.
func withError(m *record.Manifest, name string) string {
	return uncertainty.Text(m.Results[name], m.Results[name+"_standard_error"])
}
