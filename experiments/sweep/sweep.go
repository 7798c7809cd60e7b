package sweep

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"vapoflow/experiments/console"
	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/vapo"
)

// Sweep is a sweep's plan: the same on every machine that runs a part of it.
type Sweep struct {
	Element string `json:"element"`
	Preset  string `json:"preset"`
	Recipe  string `json:"recipe"`
	Axes    []Axis `json:"axes"`
	Cells   []Cell `json:"cells"`
	// Cells are comparable only where these agree as well.
	TrainingVersion int    `json:"training_version"`
	Backend         string `json:"backend"`
}

// Cell is one combination of values: a run.
type Cell struct {
	Label  string          `json:"label"`  // "loss=alignment seed=0"
	Values []string        `json:"values"` // one for each axis
	Run    string          `json:"run"`    // name of its record
	Config json.RawMessage `json:"config"` // resolved settings
	Data   string          `json:"data"`   // sha256 of the data
}

// New plans a sweep of an element in an environment whose changes hold for every cell. It finds what any cell would refuse.
func New(element string, axes []Axis, env paper.Env) (*Sweep, error) {
	s := &Sweep{Element: element, Preset: env.Preset, Recipe: env.Recipe, Axes: axes, TrainingVersion: vapo.TrainingVersion,
		Backend: env.Backend.Name}
	var lists [][]string
	for _, axis := range axes {
		lists = append(lists, axis.Values)
	}
	for _, values := range Combinations(lists...) {
		c := Cell{Values: values}
		for i, axis := range axes {
			if len(axis.Values) > 1 || len(axes) == 1 {
				c.Label += fmt.Sprintf(" %s=%s", axis.Key, values[i])
			}
		}
		c.Label = strings.TrimSpace(c.Label)
		with, err := s.env(c, env)
		if err != nil {
			return nil, err
		}
		planned, err := paper.Plan(element, with)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Label, err)
		}
		m := planned.Manifest
		c.Run, c.Config, c.Data = m.Name, m.Config, m.Data.SHA256
		s.Cells = append(s.Cells, c)
	}
	return s, nil
}

// env is that of a cell: its values come after all other changes.
func (s *Sweep) env(c Cell, env paper.Env) (paper.Env, error) {
	env.Changes = env.Changes[:len(env.Changes):len(env.Changes)]
	for i, axis := range s.Axes {
		change, err := paper.ParseSet(axis.Key + "=" + c.Values[i])
		if err != nil {
			return env, usage.Wrap(err)
		}
		env.Changes = append(env.Changes, change)
	}
	return env, nil
}

// Name is that of the sweep's record: "sweep-fig1-quick-best" and eight digits that tell it from other sweeps of the element.
func (s *Sweep) Name() string {
	hash := sha256.Sum256(s.plan())
	return fmt.Sprintf("%s%s-%s-%s~%s", prefix, s.Element, s.Preset, s.Recipe, hex.EncodeToString(hash[:4]))
}

// prefix of the names of the sweeps' records.
const prefix = "sweep-"

// Is tells the record of a sweep from that of an element.
func Is(m record.Manifest) bool { return strings.HasPrefix(m.Element, prefix) }

// plan is the sweep as it is kept beside the records, so that machines can compare.
func (s *Sweep) plan() []byte {
	text, _ := json.MarshalIndent(s, "", "  ") // text and numbers always encode
	return append(text, '\n')
}

// keepPlan leaves the plan below a folder of results.
func (s *Sweep) keepPlan(out string) error {
	file := filepath.Join(out, "sweeps", s.Name()+".json")
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = record.WriteFile(file, s.plan())
	}
	if err != nil {
		return fmt.Errorf("sweep: keeping the plan: %w", err)
	}
	return nil
}

// Shard is part Index of Of, counted from 1.
type Shard struct{ Index, Of int }

// ParseShard reads "2/8"; "" is the whole.
func ParseShard(text string) (Shard, error) {
	if text == "" {
		return Shard{1, 1}, nil
	}
	var s Shard
	if n, err := fmt.Sscanf(text+"\n", "%d/%d\n", &s.Index, &s.Of); n != 2 || err != nil || s.Index < 1 || s.Index > s.Of {
		return s, usage.Errorf("--shard %s: give it as i/n with 1 ≤ i ≤ n, such as 2/8", text)
	}
	return s, nil
}

// has tells whether the shard holds the cell of an index.
func (s Shard) has(i int) bool { return i%s.Of == s.Index-1 }

// Run runs the cells of a shard that have no record yet. One that fails does not stop the others.
func (s *Sweep) Run(ctx context.Context, env paper.Env, shard Shard, c *console.Console) error {
	if err := s.keepPlan(env.Out); err != nil {
		return err
	}
	if err := s.oneVersion(env.Out, shard); err != nil {
		return err
	}
	var failed []error
	for i, cell := range s.Cells {
		if !shard.has(i) {
			continue
		}
		title := fmt.Sprintf("%d of %d, %s", i+1, len(s.Cells), cell.Label)
		if _, err := s.read(env.Out, cell); err == nil {
			c.Say("%s: done before, %s", title, cell.Run)
			continue
		}
		with, err := s.env(cell, env)
		if err != nil {
			return err
		}
		c.Say("%s: begins", title)
		dir, err := paper.Run(ctx, s.Element, with)
		switch {
		case ctx.Err() != nil:
			return err
		case err != nil:
			c.Say("%s: failed: %s", title, console.OneLine(err))
			failed = append(failed, fmt.Errorf("%s: %w", cell.Label, err))
		default:
			c.Say("%s: done, record %s", title, dir)
		}
	}
	return errors.Join(failed...)
}

// oneVersion finds, before anything is computed, that cells of this program would stand beside those of another commit, which Collect
// refuses.
func (s *Sweep) oneVersion(out string, shard Shard) error {
	here, other, missing := record.Program().Commit, "", false
	for i, cell := range s.Cells {
		if !shard.has(i) {
			continue
		}
		m, err := s.read(out, cell)
		if err != nil {
			missing = true
		} else if there := m.Versions.Commit; there != here {
			other = fmt.Sprintf("%s is of commit %q", cell.Run, there)
		}
	}
	if missing && other != "" {
		return fmt.Errorf("sweep: %s and this program of %q: one table does not mix them; go on with a build of that commit, or with another --out", other, here)
	}
	return nil
}

// read reads a cell's record. It must be finished, and of the plan's settings, data and backend.
func (s *Sweep) read(out string, cell Cell) (record.Manifest, error) {
	dir := filepath.Join(record.RunsDir(out), cell.Run)
	m, err := record.Read(dir)
	switch {
	case err != nil:
		return m, err
	case m.Status != record.Done:
		return m, fmt.Errorf("%s is %s", dir, m.Status)
	case !sameJSON(m.Config, cell.Config):
		return m, fmt.Errorf("%s has other settings", dir)
	case m.Backend.Name != s.Backend:
		return m, fmt.Errorf("%s was computed by %s, not by %s", dir, m.Backend.Name, s.Backend)
	case m.Versions.Training != s.TrainingVersion:
		return m, fmt.Errorf("%s is of training version %d, not %d", dir, m.Versions.Training, s.TrainingVersion)
	case m.Data == nil || m.Data.SHA256 != cell.Data:
		return m, fmt.Errorf("%s has other data", dir)
	}
	return m, nil
}

// sameJSON compares texts of JSON whatever their layout.
func sameJSON(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}
