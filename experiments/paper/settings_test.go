package paper_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vapoflow/experiments/paper"
)

func TestEveryPresetAndRecipeIsValid(t *testing.T) {
	for _, e := range paper.Elements() {
		previous := 0
		for _, preset := range paper.Presets {
			for _, recipe := range paper.Recipes {
				s, err := e.Settings(preset, recipe)
				if err == nil {
					err = s.Validate()
				}
				if err != nil {
					t.Errorf("%s %s %s: %v", e.ID, preset, recipe, err)
				}
				if recipe == "paper" && (s.Homotopy != "posterior" || !s.Autonomous || s.Loss != "variance-reduced" || s.Base != "none") {
					t.Errorf("%s %s: recipe paper is %+v", e.ID, preset, s)
				}
				if recipe == "best" && s.Steps*s.Batch <= previous {
					t.Errorf("%s: preset %s trains on no more than the one before it", e.ID, preset)
				}
				previous = s.Steps * s.Batch
			}
		}
	}
}

func TestChanges(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.json")
	os.WriteFile(file, []byte(`{"steps": 7, "homotopy": "linear", "flip": true, "potential.frequencies": 2}`), 0o644)
	fromFile, err := paper.ReadChanges(file)
	if err != nil {
		t.Fatal(err)
	}
	set := func(text string) paper.Change {
		c, err := paper.ParseSet(text)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	s := settings(t, "fig1", "smoke")
	err = s.Apply(append(fromFile, set("steps=9"), set("homotopy=straight"), set("sigma=2e-2"), set(`data="moons"`), set("potential.frequencies=8")))
	if err != nil || s.Steps != 9 || s.Homotopy != "straight" || s.Sigma != 0.02 || s.Data != "moons" || !s.Flip || s.Batch != 256 || s.Options != `{"potential.frequencies":8}` {
		t.Errorf("error %v, settings %s", err, s)
	}
}

func TestChangeErrors(t *testing.T) {
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "bad.json")
		os.WriteFile(path, []byte(text), 0o644)
		return path
	}
	apply := func(texts ...string) error {
		var changes []paper.Change
		for _, text := range texts {
			c, err := paper.ParseSet(text)
			if err != nil {
				return err
			}
			changes = append(changes, c)
		}
		s := settings(t, "fig1", "smoke")
		if err := s.Apply(changes); err != nil {
			return err
		}
		return s.Validate()
	}
	read := func(path string) error { _, err := paper.ReadChanges(path); return err }
	for name, c := range map[string]struct {
		err  error
		want []string
	}{
		"near key":       {apply("learning_rat=1"), []string{"learning_rat", "did you mean learning_rate?"}},
		"other word":     {apply("law=uniform"), []string{"did you mean times?"}},
		"no tolerance":   {apply("rtol=1e-3", "solver=rk4", "solver_steps=9"), []string{"--set rtol=1e-3: it would change nothing", "solver rk4", "adapts"}},
		"equal steps":    {apply("atol=1e-3", "solver_steps=9"), []string{"--set atol=1e-3", "solver_steps=0"}},
		"far key":        {apply("colour=red"), []string{`"colour"`, "the keys are schema, data"}},
		"no value":       {apply("steps"), []string{"key=value"}},
		"not a number":   {apply("steps=many"), []string{"steps", "whole number", "many"}},
		"fraction":       {apply("steps=1.5"), []string{"steps", "whole number", "1.5"}},
		"not a bool":     {apply("flip=maybe"), []string{"flip", "true or false"}},
		"homotopy":       {apply("homotopy=bent"), []string{"bent", "posterior"}},
		"solver":         {apply("solver=rk9"), []string{"rk9", "dopri5"}},
		"samples":        {apply("samples=0"), []string{"samples", "0"}},
		"sigma":          {apply("sigma=-1"), []string{"sigma", "-1"}},
		"option":         {apply("potential.frequency=8"), []string{"potential.frequency", "mlp", "it has frequencies"}},
		"option's type":  {apply("potential.frequencies=many"), []string{"potential.frequencies must be a whole number", "many"}},
		"option's range": {apply("potential.frequencies=-1"), []string{"frequencies must not be negative", "-1"}},
		"option's kind":  {apply("solver.order=8"), []string{"solver.order", "none of"}},
		"file key":       {read(file(`{"stepz": 1}`)), []string{"stepz", "did you mean steps?"}},
		"file text":      {read(file(`steps: 1`)), []string{"bad.json", "not a JSON object"}},
		"no file":        {read("nowhere.json"), []string{"nowhere.json"}},
	} {
		if c.err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(c.err.Error(), want) {
				t.Errorf("%s: %q does not hold %q", name, c.err, want)
			}
		}
	}
}

func settings(t *testing.T, id, preset string) paper.Settings {
	t.Helper()
	e, err := paper.Lookup(id)
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.Settings(preset, "best")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ExampleElement_Settings() {
	fig1, err := paper.Lookup("fig1")
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := fig1.Settings("quick", "best")
	fmt.Println(s.Data, s.Homotopy, s.Potential, s.Solver, err)
	// Output:
	// ring8 posterior mlp dopri5 <nil>
}
