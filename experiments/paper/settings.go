package paper

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"vapoflow/internal/budget"
	"vapoflow/internal/differ"
	"vapoflow/internal/regular"
	"vapoflow/internal/strictjson"
	"vapoflow/vapo"
	"vapoflow/vapo/named"
	"vapoflow/vapo/solver"
)

// Settings is everything that decides an element's result, in one flat JSON object: what is
// trained ([vapo.Config]) and how samples are drawn from it.
type Settings struct {
	vapo.Config
	Model       string  `json:"model"`        // pretrained:NAME, weights that ship, or train
	Solver      string  `json:"solver"`       // a name of solver.List
	SolverSteps int     `json:"solver_steps"` // equal steps; 0 lets the solver adapt, where it can
	RTol        float64 `json:"rtol"`         // relative tolerance of adaptive steps
	ATol        float64 `json:"atol"`         // absolute tolerance of adaptive steps
	Samples     int     `json:"samples"`      // particles, images or rows drawn, or images scored
	ScoreS      float64 `json:"score_s"`      // clock at which inputs are scored, inside (0, 1)
}

// Validate says which value cannot be used, and what can.
func (s Settings) Validate() error {
	if err := s.Config.Validate(); err != nil {
		return err
	}
	if err := s.checkModel(); err != nil {
		return err
	}
	if s.Samples < 1 {
		return fmt.Errorf("samples must be at least 1, got %d", s.Samples)
	}
	if !(s.ScoreS > 0 && s.ScoreS < 1) {
		return fmt.Errorf("score_s must lie inside (0, 1), got %g", s.ScoreS)
	}
	_, err := s.NewSolver()
	return err
}

// checkMemory refuses settings that need more memory than there is for examples of a shape: a training, where there is one, and
// the samples in bytes at the least.
func (s Settings) checkMemory(shape []int) error {
	if s.Model == train {
		if err := s.CheckMemory(shape); err != nil {
			return err
		}
	}
	values := float64(s.Samples)
	for _, n := range shape {
		values *= float64(n)
	}
	return budget.Check(fmt.Sprintf("%d samples of shape %v", s.Samples, shape), values)
}

// NewSolver is the solver that samples are drawn by.
func (s Settings) NewSolver() (solver.Solver, error) {
	o := solver.Options{Steps: s.SolverSteps}
	if t, err := solver.List.Find(s.Solver); err == nil && t.Adaptive() && s.SolverSteps == 0 {
		o.RTol, o.ATol = s.RTol, s.ATol
	}
	return solver.New(s.Solver, o)
}

// Change sets one key of Settings, or with "kind.option" an option of a piece's own (potential.frequencies).
type Change struct {
	Key    string
	Value  json.RawMessage
	Source string // where it was asked for, for errors: "--set steps=10" or a file's name
}

// ParseSet reads "key=value". The value is read as the key's type: text needs no quotes.
func ParseSet(text string) (Change, error) {
	key, value, found := strings.Cut(text, "=")
	source := fmt.Sprintf("--set %s", text)
	if !found {
		return Change{}, fmt.Errorf("%s: give it as key=value", source)
	}
	field, ok := (&Settings{}).fields()[key]
	if !ok && !isOption(key) {
		return Change{}, unknownKey(source, key)
	}
	raw := json.RawMessage(value)
	if isText := ok && field.Kind() == reflect.String; isText && !strings.HasPrefix(value,
		`"`) || isOption(key) && !json.Valid(raw) {
		raw, _ = json.Marshal(value) // text always encodes
	}
	return Change{key, raw, source}, nil
}

// ReadChanges reads a JSON object of keys of Settings; keys it lacks stay as they are.
func ReadChanges(path string) ([]Change, error) {
	text, err := regular.ReadFile(path, 1<<20)
	if err != nil {
		return nil, fmt.Errorf("--config: %w", err)
	}
	return parseChanges(text, path)
}

func parseChanges(text []byte, path string) ([]Change, error) {
	var values map[string]json.RawMessage
	if err := strictjson.Unmarshal(text, &values); err != nil {
		return nil, fmt.Errorf("--config %s: not a JSON object of settings: %w", path, err)
	}
	var changes []Change
	for _, key := range Keys() {
		if value, ok := values[key]; ok {
			changes = append(changes, Change{key, value, "--config " + path})
			delete(values, key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if !isOption(key) {
			return nil, unknownKey("--config "+path, key)
		}
		changes = append(changes, Change{key, values[key], "--config " + path})
	}
	return changes, nil
}

// Apply makes the changes in their order, later ones winning.
func (s *Settings) Apply(changes []Change) error {
	before, fields := *s, s.fields()
	for _, c := range changes {
		if isOption(c.Key) { // Validate asks the piece
			var err error
			if s.Options, err = s.Options.With(c.Key, c.Value); err != nil {
				return fmt.Errorf("%s: %w", c.Source, err)
			}
			continue
		}
		field, ok := fields[c.Key]
		if !ok {
			return unknownKey(c.Source, c.Key)
		}
		if err := strictjson.Unmarshal(c.Value, field.Addr().Interface()); c.Key == "options" && err != nil {
			return fmt.Errorf("%s: %w", c.Source, err)
		} else if err != nil {
			return fmt.Errorf("%s: %s must be %s, got %s", c.Source, c.Key, kindNames[field.Kind()], c.Value)
		}
	}
	if before.RTol != s.RTol || before.ATol != s.ATol {
		return s.toleranceCounts(changes)
	}
	return nil
}

// toleranceCounts refuses a tolerance that was asked for where the steps do not depend on it.
func (s *Settings) toleranceCounts(changes []Change) error {
	t, err := solver.List.Find(s.Solver)
	if err != nil || t.Adaptive() && s.SolverSteps == 0 { // an unknown solver is Validate's
		return nil
	}
	i := slices.IndexFunc(changes, func(c Change) bool { return c.Key == "rtol" || c.Key == "atol" })
	why := fmt.Sprintf("solver %s takes solver_steps equal steps; choose one that adapts", s.Solver)
	if t.Adaptive() {
		why = fmt.Sprintf("%d equal steps are asked for; set solver_steps=0 as well", s.SolverSteps)
	}
	return fmt.Errorf("%s: it would change nothing: %s", changes[i].Source, why)
}

var kindNames = map[reflect.Kind]string{
	reflect.Int: "a whole number", reflect.Int64: "a whole number", reflect.Float64: "a number",
	reflect.Bool: "true or false", reflect.String: "text",
}

// isOption tells the option of a piece's own from a setting.
func isOption(key string) bool { return strings.Contains(key, ".") }

// keyOf is the name of a setting.
func keyOf(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return key
}

// Keys lists the names of all settings in the order of their declaration.
func Keys() []string { return keysOf(reflect.TypeFor[Settings]()) }

func keysOf(t reflect.Type) (keys []string) {
	for f := range t.Fields() {
		if f.Anonymous {
			keys = append(keys, keysOf(f.Type)...)
		} else {
			keys = append(keys, keyOf(f))
		}
	}
	return keys
}

func (s *Settings) fields() map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	var add func(v reflect.Value)
	add = func(v reflect.Value) {
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Anonymous {
				add(v.Field(i))
			} else {
				fields[keyOf(f)] = v.Field(i)
			}
		}
	}
	add(reflect.ValueOf(s).Elem())
	return fields
}

// String is the settings as indented JSON, which --config reads.
func (s Settings) String() string {
	text, _ := json.MarshalIndent(s, "", "  ") // a struct of numbers and strings always encodes
	return string(text)
}

// differences lists "key=value" for every setting in which s is not as base, but the seed.
func (s Settings) differences(base Settings) []string {
	return differ.Settings([]Settings{s, base}, "seed")[0]
}

// otherWords are what settings are called elsewhere.
var otherWords = map[string]string{
	"law": "times", "path": "homotopy", "network": "potential", "lr": "learning_rate", "dataset": "data",
	"batch_size": "batch", "tolerance": "rtol",
}

// Meant is the setting that an unknown one was meant to be, of some that are known: "" where none is near.
func Meant(key string, known []string) string {
	if word := otherWords[key]; slices.Contains(known, word) {
		return word
	}
	return named.Nearest(key, known)
}

func unknownKey(source, key string) error {
	hint := Meant(key, Keys())
	if hint != "" {
		hint = fmt.Sprintf("did you mean %s? ", hint)
	}
	return fmt.Errorf("%s: unknown key %q; %sthe keys are %s; options of a piece's own are set as potential.frequencies=8 "+
		"(`experiments list pieces`)",
		source, key, hint, strings.Join(Keys(), ", "))
}
