package record

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"vapoflow/internal/uncertainty"
)

// Quantity is a result that runs of an element may have.
type Quantity struct {
	Key    string // in [Manifest.Results]; its standard error, where one is known, is KEY_standard_error
	Label  string // for people
	Unit   string // "nats" for example; "%" shows a share times 100
	Format string // of a value without a standard error, as "%.3g"
}

// errorSuffix ends the key of a result's standard error.
const errorSuffix = "_standard_error"

// In is the quantity's value in a manifest as [Quantity.Text], with its standard error; "" where there is none.
func (q Quantity) In(m *Manifest) string {
	v, ok := m.Results[q.Key]
	if !ok {
		return ""
	}
	stdErr, known := m.Results[q.Key+errorSuffix]
	if !known {
		stdErr = math.NaN()
	}
	return q.Text(v, stdErr)
}

// Text is a value with its unit and the digits that its error allows, or those of the format where none is known (NaN).
func (q Quantity) Text(v, err float64) string {
	if q.Unit == "%" {
		v, err = 100*v, 100*err
	}
	text := fmt.Sprintf(q.Format, v)
	if !math.IsNaN(err) {
		text = uncertainty.Text(v, err)
	}
	return strings.TrimSpace(text + " " + q.Unit)
}

// Undeclared are the results of a manifest that are none of the quantities.
func (m *Manifest) Undeclared(declared []Quantity) (keys []string) {
	for key := range m.Results {
		of := strings.TrimSuffix(key, errorSuffix)
		if !slices.ContainsFunc(declared, func(q Quantity) bool { return q.Key == of }) {
			keys = append(keys, key)
		}
	}
	return keys
}

// Keep puts a result on record with its standard error, which a single value (NaN) does not have.
func (m *Manifest) Keep(key string, value, stdErr float64) {
	m.Results[key] = value
	if !math.IsNaN(stdErr) {
		m.Results[key+errorSuffix] = stdErr
	}
}

// StandardError is that of a result; 0 where none is known.
func (m *Manifest) StandardError(key string) float64 { return m.Results[key+errorSuffix] }
