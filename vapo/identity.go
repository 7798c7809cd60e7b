package vapo

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"vapoflow/internal/atomicfile"
	"vapoflow/internal/sealed"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
)

// identity is everything that decides a training's weights, by the names that an error gives them. It lies beside the
// checkpoints, so that a folder never gives the weights of another training.
type identity map[string]string

// identityFile is its name in Run.Dir.
const identityFile = "identity.json"

// Fingerprint names a training of a model that was composed by hand: equal for equal pieces, numbers and data. Functions that a
// piece holds count by their place in the program alone, except those of a path, which counts by its values.
func Fingerprint(m *Model, l loss.Loss, data dataset.Dataset, t Training) (string, error) {
	id, err := identify(m, l, data, t)
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256(id.json())
	return hex.EncodeToString(hash[:8]), nil
}

func (id identity) json() []byte {
	text, _ := json.MarshalIndent(id, "", "  ") // text always encodes
	return append(text, '\n')
}

func identify(m *Model, l loss.Loss, data dataset.Dataset, t Training) (identity, error) {
	path, err := homotopy.Evaluate(backend.Host(), m.Homotopy, []float64{0, 0.1, 0.3, 0.5, 0.7, 0.9, 1})
	if err != nil {
		return nil, err
	}
	var values []string
	for _, v := range path {
		values = append(values, fmt.Sprintf("%.6g %.6g", v.Mu, v.V))
	}
	info := data.Info()
	id := identity{
		"homotopy": strings.Join(values, ", "), "potential": describe(reflect.ValueOf(m.Potential)), "loss": describe(reflect.ValueOf(l)),
		"data": info.Name + " " +
			cmp.Or(info.SHA256, info.Source), "shape": fmt.Sprint(m.Shape), "version": fmt.Sprint(TrainingVersion),
	}
	text, _ := json.Marshal(t) // a struct of numbers and strings always encodes
	var numbers map[string]json.RawMessage
	_ = json.Unmarshal(text, &numbers)
	for key, value := range numbers {
		id[key] = string(value)
	}
	return id, nil
}

// compare compares the training with that of a folder which is to be resumed; more steps at a constant rate are the same training
// for longer. A folder that the configuration names (keyed) holds no other, but the same pieces may have been edited: that error
// wraps [errEdited], and that of checkpoints that nothing names [ErrDamaged].
func (id identity) compare(dir string, does behaviour, keyed bool) error {
	text, err := os.ReadFile(filepath.Join(dir, identityFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("vapo: the training's identity: %w", err)
	}
	var there identity
	if err != nil || json.Unmarshal(text, &there) != nil || sealed.Check(text, there["seal"]) != nil {
		if keyed {
			return nil
		}
		return fmt.Errorf("vapo: %s holds checkpoints, and the %s that says of which training is missing or %w", dir, identityFile, ErrDamaged)
	}
	var differ []string
	for _, key := range slices.Sorted(maps.Keys(id)) {
		if !keyed && there[key] != id[key] && !(key == "steps" && id.longer(there)) {
			differ = append(differ, fmt.Sprintf("%s %s, here %s", key, brief(there[key]), brief(id[key])))
		}
	}
	if len(differ) > 0 {
		return fmt.Errorf("vapo: %s holds a training of other pieces or numbers: %s; give this one a folder of its own, or "+
			"Resume false to begin anew there",
			dir, strings.Join(differ, "; "))
	}
	before := behaviour{}
	for key, value := range there {
		if kind, ok := strings.CutPrefix(key, behaves); ok {
			before[kind] = value
		}
	}
	if err := does.same(before); err != nil {
		return fmt.Errorf("vapo: %s holds a training whose %w", dir, err)
	}
	return nil
}

// longer tells a training at a constant rate of more steps than another.
func (id identity) longer(there identity) bool {
	here, err := strconv.Atoi(id["steps"])
	before, errBefore := strconv.Atoi(there["steps"])
	return id["decay"] == `"constant"` && err == nil && errBefore == nil && here > before
}

// behaves begins the names of what a folder's pieces do, beside its identity.
const behaves = "behaviour of "

// write leaves the training's identity in a folder.
func (id identity) write(dir string, does behaviour) error {
	mine := maps.Clone(id)
	for kind, values := range does {
		mine[behaves+kind] = values
	}
	mine["seal"] = sealed.Open
	text, err := sealed.Marshal(mine)
	if err == nil {
		err = atomicfile.WriteBytes(filepath.Join(dir, identityFile), text)
	}
	if err != nil {
		return fmt.Errorf("vapo: the training's identity: %w", err)
	}
	return nil
}

func brief(text string) string {
	if letters := []rune(text); len(letters) > 80 {
		return string(letters[:77]) + "…"
	}
	return text
}

// describe writes a piece with all its fields, exported or not. Long arrays are told by their hash.
func describe(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Invalid:
		return "none"
	case reflect.Pointer, reflect.Interface:
		return describe(v.Elem())
	case reflect.Struct:
		var fields []string
		for i := range v.NumField() {
			fields = append(fields, v.Type().Field(i).Name+":"+describe(v.Field(i)))
		}
		return v.Type().String() + "{" + strings.Join(fields, " ") + "}"
	case reflect.Slice, reflect.Array:
		if v.Len() > 16 {
			hash := sha256.New() // which takes everything
			for i := range v.Len() {
				fmt.Fprintln(hash, describe(v.Index(i)))
			}
			return fmt.Sprintf("[%d of hash %x]", v.Len(), hash.Sum(nil)[:6])
		}
		var items []string
		for i := range v.Len() {
			items = append(items, describe(v.Index(i)))
		}
		return "[" + strings.Join(items, " ") + "]"
	case reflect.Map:
		var items []string
		for _, key := range v.MapKeys() {
			items = append(items, describe(key)+":"+describe(v.MapIndex(key)))
		}
		slices.Sort(items)
		return "[" + strings.Join(items, " ") + "]"
	case reflect.Func:
		if v.IsNil() {
			return "none"
		}
		return runtime.FuncForPC(v.Pointer()).Name()
	case reflect.Chan, reflect.UnsafePointer:
		return v.Type().String()
	}
	return fmt.Sprint(v)
}
