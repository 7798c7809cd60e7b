package vapo

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"vapoflow/vapo/dataset"
	"vapoflow/vapo/loss"
)

// behaviour is what the pieces of a training give at a few fixed inputs, on pure Go, by their kinds. Names and options say which
// pieces were asked for, and this whether their code still does what it did: one that was edited has not trained what lies under
// its name.
type behaviour map[string]string

// errEdited is wrapped by the error of weights that pieces of another behaviour trained.
var errEdited = errors.New("code was edited since")

// behave is that of what trains the weights. Kinds that cannot be evaluated on pure Go are left out.
//
// Muon takes small matrices for biases, and kernels for what they are.
func behave(l loss.Loss, data dataset.Dataset, t Training) behaviour {
	b := behaviour{}
	if descent, law, err := t.pieces(); err == nil {
		b.note("optimizer", func() ([]float64, error) { return twoUpdates(descent, []int{3, 4}, []int{4}) })
		b.note("optimizer of kernels", func() ([]float64, error) { return twoUpdates(descent, []int{1, 1, 3, 4}, []int{4}) })
		b.note("times", func() ([]float64, error) { return timesOf(law) })
	}
	b.note("loss", func() ([]float64, error) { return lossOf(l) })
	if data.Info().SHA256 == "" { // a formula; files are known by their bytes
		b.note("data", func() ([]float64, error) { return examples(data, 4) })
	}
	return b
}

// behave is that of what the weights are read with.
func (m *Model) behave() behaviour {
	b := behaviour{}
	b.note("homotopy", func() ([]float64, error) { return pathOf(m.Homotopy) })
	b.note("potential", func() ([]float64, error) {
		_, values, err := m.untrained()
		return values, err
	})
	return b
}

func (b behaviour) note(kind string, evaluate func() ([]float64, error)) {
	values, err := evaluate()
	if err != nil || values == nil {
		return
	}
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = strconv.FormatFloat(v, 'g', 6, 64)
	}
	b[kind] = strings.Join(words, " ")
}

// same compares with what was noted before, as far as both know a kind: what was saved before there were notes is taken as it is.
// The error wraps errEdited.
func (b behaviour) same(before behaviour) error {
	var differ []string
	for _, kind := range slices.Sorted(maps.Keys(b)) {
		was, ok := before[kind]
		if !ok {
			continue
		}
		if is, was := different(b[kind], was); is != was {
			differ = append(differ, fmt.Sprintf("%s gives %s where it gave %s", kind, is, was))
		}
	}
	if differ == nil {
		return nil
	}
	return fmt.Errorf("%w: at the same input, %s", errEdited, strings.Join(differ, "; "))
}

// Differences that roundings in float32 may make, as a share of a value and of the largest of its list: on other processors, and
// with or without SIMD.
const (
	sameTo        = 1e-3
	sameToLargest = 1e-5
)

// different gives the first numbers of two lists that are not the same; empty text where all are.
func different(is, was string) (string, string) {
	a, b := strings.Fields(is), strings.Fields(was)
	if len(a) != len(b) {
		return fmt.Sprintf("%d values", len(a)), fmt.Sprint(len(b))
	}
	var x, y []float64
	largest := 0.0
	for i := range a {
		u, _ := strconv.ParseFloat(a[i], 64)
		v, _ := strconv.ParseFloat(b[i], 64)
		x, y = append(x, u), append(y, v)
		for _, w := range []float64{u, v} {
			if !math.IsInf(w, 0) {
				largest = max(largest, math.Abs(w))
			}
		}
	}
	for i := range a {
		if a[i] != b[i] && !(math.Abs(x[i]-y[i]) <= sameTo*max(math.Abs(x[i]), math.Abs(y[i]))+sameToLargest*largest) {
			return a[i], b[i]
		}
	}
	return "", ""
}
