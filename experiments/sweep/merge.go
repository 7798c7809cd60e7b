package sweep

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"vapoflow/experiments/console"
	"vapoflow/experiments/record"
	"vapoflow/experiments/repeat"
	"vapoflow/experiments/usage"
)

// Merge copies the cells of sweeps from other folders of results into out, after their hashes were compared, and collects each
// sweep. Folders whose sweeps differ give several records, never a mixed one; a cell that two folders have with different bytes
// is an error.
func Merge(out string, folders []string, c *console.Console) error {
	plans := map[string]*Sweep{}
	for _, folder := range folders {
		files, _ := filepath.Glob(filepath.Join(folder, "sweeps", prefix+"*.json")) // fails on a bad pattern only
		if len(files) == 0 {
			return usage.Errorf("sweep merge: %s holds no sweep; give folders of results, in which sweeps/ lies", folder)
		}
		for _, file := range files {
			s, err := readPlan(file)
			if err != nil {
				return err
			}
			plans[s.Name()] = s
			if err := s.keepPlan(out); err != nil {
				return err
			}
			copied := 0
			for _, cell := range s.Cells {
				if _, err := s.read(folder, cell); err != nil {
					continue // another folder's, or missing: collecting tells
				}
				if err := s.take(out, folder, cell); err != nil {
					return err
				}
				copied++
			}
			c.Say("%s: %d of the %d runs of %s", folder, copied, len(s.Cells), s.Name())
		}
	}
	var failed []error
	for _, name := range slices.Sorted(maps.Keys(plans)) {
		failed = append(failed, plans[name].Collect(out, "experiments sweep merge "+strings.Join(folders, " "), c))
	}
	return errors.Join(failed...)
}

func readPlan(file string) (*Sweep, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("sweep merge: %w", err)
	}
	var s Sweep
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("sweep merge: %s: %w", file, err)
	}
	if want := strings.TrimSuffix(filepath.Base(file), ".json"); s.Name() != want {
		return nil, fmt.Errorf("sweep merge: %s holds another plan than its name says; the file was changed, run the sweep "+
			"there again", file)
	}
	return &s, nil
}

// take copies a cell's record, unless out has it.
func (s *Sweep) take(out, folder string, cell Cell) error {
	from, to := filepath.Join(record.RunsDir(folder), cell.Run), filepath.Join(record.RunsDir(out), cell.Run)
	if err := record.Verify(from); err != nil {
		return fmt.Errorf("sweep merge: %w; run that part again", err)
	}
	theirs, err := s.read(folder, cell)
	if err != nil {
		return err
	}
	mine, err := s.read(out, cell)
	if err != nil {
		return record.Copy(from, to)
	}
	if same := repeat.Compare(mine, theirs); !same.Bits {
		return fmt.Errorf("sweep merge: %s and %s are of one plan and differ: %s; delete the one that is wrong", to, from, same)
	}
	return nil
}
