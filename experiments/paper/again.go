package paper

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/internal/strictjson"
)

// PlanAgain prepares the run of a record again: its element at its preset, recipe and every one of its settings. The rest of env is
// where and how it is run. Records without settings, those of benches and sweeps, wrap [ErrUnknown].
func PlanAgain(m record.Manifest, env Env) (*Planned, error) {
	var values map[string]json.RawMessage
	if len(m.Config) == 0 {
		return nil, fmt.Errorf("%w element %q: its record has no settings", ErrUnknown, m.Element)
	}
	if err := strictjson.Unmarshal(m.Config, &values); err != nil {
		return nil, fmt.Errorf("the settings of the record %s: %w", m.Name, err)
	}
	if _, said := values["model"]; !said { // as records were before there was a choice
		values["model"] = json.RawMessage(`"` + train + `"`)
	}
	env.Preset, env.Recipe, env.Strict, env.Changes = m.Preset, m.Recipe, true, nil
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if key != "init" {
			env.Changes = append(env.Changes, Change{key, values[key], "the record " + m.Name})
		}
	}
	var was Settings
	if err := json.Unmarshal(m.Config, &was); err != nil {
		return nil, fmt.Errorf("the settings of the record %s: %w", m.Name, err)
	}
	if was.Init != "" && env.Init == nil {
		return nil, usage.Errorf("the training of %s began at the weights whose sha256 begins with %s: give them with --init",
			m.Name, was.Init)
	}
	e, base := own, Settings{}
	var err error
	if m.Element == own.ID {
		base, env, err = ownSettings(was.Data, env)
	} else if e, err = Lookup(m.Element); err == nil {
		base, err = e.Settings(m.Preset, m.Recipe)
	}
	if err != nil {
		return nil, err
	}
	planned, err := e.plan(base, env)
	if err != nil {
		return nil, err
	}
	if is := planned.trial.Settings.Init; is != was.Init {
		return nil, usage.Errorf("the training of %s began at the weights whose sha256 begins with %q, and those of --init "+
			"begin with %q", m.Name, was.Init, is)
	}
	return planned, nil
}
