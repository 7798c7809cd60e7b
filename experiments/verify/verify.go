// Package verify reads a folder of results whole and says what in it is damaged, and what to do.
package verify

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"vapoflow/experiments/console"
	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/internal/npz"
	"vapoflow/vapo"
)

// unit is what is read and judged as one.
type unit struct {
	kind, path string
	check      func() (remedy string, err error)
}

// Tree reads what there is at path and below. What is damaged is said, a line each; that there was something is the error.
func Tree(ctx context.Context, path string, c *console.Console) error {
	if stat, err := os.Stat(path); err != nil || !stat.IsDir() {
		return usage.Errorf("verify: %s is no folder; give a folder of results, a run or a model", path)
	}
	var units []unit
	if err := find(path, map[string]bool{}, &units); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	if len(units) == 0 {
		return usage.Errorf("verify: %s holds no run and no model; give a folder of results, such as results", path)
	}
	count, damaged := map[string]int{}, 0
	progress := c.Count("verify " + path)
	for i, u := range units {
		if err := ctx.Err(); err != nil {
			return err
		}
		count[u.kind]++
		if remedy, err := u.check(); err != nil {
			damaged++
			c.Say("damaged: %s: %s. %s", u.path, console.OneLine(err), remedy)
		}
		progress(i+1, len(units))
	}
	read := fmt.Sprintf("%d runs, %d models and trainings, %d other files", count["run"], count["model"], count["file"])
	if damaged > 0 {
		return fmt.Errorf("verify: %d damaged, as said above, among %s", damaged, read)
	}
	c.Say("all whole: %s", read)
	return nil
}

// find lists the units below a folder; links are followed, once each.
func find(dir string, seen map[string]bool, units *[]unit) error {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil || seen[real] {
		return err
	}
	seen[real] = true
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return slices.Contains(names, e.Name()) })
	}
	if has(record.ManifestFile) {
		*units = append(*units, unit{"run", dir, func() (string, error) { return run(dir) }})
		return nil // its manifest has the hash of all that is below
	}
	model := has("model.json", "checkpoint.npz", "checkpoint-previous.npz")
	if model {
		*units = append(*units, unit{"model", dir, func() (string, error) {
			return "The next run of its configuration sets the damaged files aside and continues from what is whole, or trains " +
				"again.", vapo.Verify(dir)
		}})
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		stat, err := os.Stat(path)
		switch {
		case strings.HasPrefix(e.Name(), "."), err != nil: // locks, what was set aside; links to nothing
		case stat.IsDir():
			if err := find(path, seen, units); err != nil {
				return err
			}
		case filepath.Ext(path) == ".npz" && !(model && (e.Name() == "weights.npz" || strings.HasPrefix(e.Name(), "checkpoint"))):
			*units = append(*units, unit{"file", path, func() (string, error) {
				_, _, err := npz.ReadFile(path)
				return "Delete it: what needs it makes it again.", err
			}})
		}
	}
	return nil
}

// run checks a run. Pictures alone are mended without training.
func run(dir string) (remedy string, err error) {
	m, err := record.Read(dir)
	if err != nil {
		return "Take it from a copy, or delete the folder and run the element again.", err
	}
	stored := record.Stored{Dir: dir, Manifest: m}
	if err = stored.Check(true); err != nil && stored.WithoutFigures().Check(true) == nil {
		return "Its figures alone are concerned: `experiments report --redraw` draws them again.", err
	}
	return "Take the file from a copy, or run it again: `" + m.Command + "`", err
}
