// Package repeat says what differs between a record and the place where it is to be repeated, and how far the repetition agrees.
package repeat

import (
	"fmt"
	"maps"
	"math"
	"path"
	"slices"
	"strings"

	"vapoflow/experiments/record"
)

// Differences lists what a repetition does not share with the record: build, machine, data, backend, settings. With none of them,
// and a build that is known to the last line, the same bits are due.
func Differences(was, is record.Manifest) (out []string) {
	differ := func(what string, was, is any) {
		if was != is {
			out = append(out, fmt.Sprintf("%s: %v then, %v now", what, was, is))
		}
	}
	a, b := was.Versions, is.Versions
	switch {
	case a.Commit == "" || b.Commit == "":
		out = append(out, "program: its commit is not known")
	case a.Commit != b.Commit:
		differ("program's commit", fmt.Sprintf("%.10s", a.Commit), fmt.Sprintf("%.10s", b.Commit))
	case a.Dirty || b.Dirty:
		out = append(out, fmt.Sprintf("program: it had changes that are not in its commit %.10s", a.Commit))
	}
	differ("Go", a.Go, b.Go)
	differ("GoMLX", a.GoMLX, b.GoMLX)
	differ("go-xla", a.GoXLA, b.GoXLA)
	differ("built with simd", a.SIMD, b.SIMD)
	differ("system", was.Hardware.OS+"/"+was.Hardware.Arch, is.Hardware.OS+"/"+is.Hardware.Arch)
	differ("processor", was.Hardware.CPU, is.Hardware.CPU)
	differ("cores", was.Hardware.Cores, is.Hardware.Cores)
	differ("GPU", was.Hardware.GPU, is.Hardware.GPU)
	differ("backend", was.Backend.Name, is.Backend.Name)
	if was.Data != nil && is.Data != nil {
		differ("data's sha256", fmt.Sprintf("%.12s", was.Data.SHA256), fmt.Sprintf("%.12s", is.Data.SHA256))
		differ("examples", was.Data.Examples, is.Data.Examples)
	}
	differ("name, from settings that the record lacks,", was.Name, is.Name)
	return out
}

// Agreement is how far a repetition gave what the record has.
type Agreement struct {
	Bits   bool     // weights, arrays and results are the same to the last bit
	Worst  float64  // largest relative difference of a result, of the larger magnitude; what was timed is left out
	Of     string   // the result with it
	Lacks  []string // results that only one of the two has
	Others []string // weights and arrays that are not the same bits
	Count  int      // results, weights and arrays compared
}

// Compare compares a finished repetition with the record.
func Compare(was, is record.Manifest) Agreement {
	var a Agreement
	same := func(what, x, y string) {
		if a.Count++; x != y {
			a.Others = append(a.Others, what)
		}
	}
	if was.WeightsSHA256 != "" {
		same("weights", was.WeightsSHA256, is.WeightsSHA256)
	}
	for _, file := range slices.Sorted(maps.Keys(was.Artefacts)) {
		// of the model the weights, without when they were trained
		if path.Ext(file) == ".npz" && !strings.HasPrefix(file, "model/") {
			same(file, was.Artefacts[file], is.Artefacts[file])
		}
	}
	results := maps.Clone(was.Results)
	maps.Copy(results, is.Results)
	for _, key := range slices.Sorted(maps.Keys(results)) {
		if strings.Contains(key, "seconds") {
			continue
		}
		x, inWas := was.Results[key]
		y, inIs := is.Results[key]
		if a.Count++; !inWas || !inIs {
			a.Lacks = append(a.Lacks, key)
		} else if d := math.Abs(x-y) / max(math.Abs(x), math.Abs(y)); x != y && d > a.Worst {
			a.Worst, a.Of = d, key
		}
	}
	a.Bits = a.Count > 0 && a.Worst == 0 && len(a.Lacks) == 0 && len(a.Others) == 0
	return a
}

// String is the agreement in a line.
func (a Agreement) String() string {
	if a.Count == 0 {
		return "nothing was compared: the record has no weights, arrays or results, only its tables"
	}
	if a.Bits {
		return fmt.Sprintf("the same bits in all %d of weights, arrays and results", a.Count)
	}
	text := "results are the same"
	if a.Worst > 0 {
		text = fmt.Sprintf("results differ by at most %.2g of themselves (%s)", a.Worst, a.Of)
	}
	if len(a.Others) > 0 {
		text += "; not the same bits: " + strings.Join(a.Others, ", ")
	}
	if len(a.Lacks) > 0 {
		text += "; only in one of the two: " + strings.Join(a.Lacks, ", ")
	}
	return text
}
