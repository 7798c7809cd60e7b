package notebooks_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// The choices at the top of a notebook are no decoration: each changes the figure and the printed error. Each run starts from
// nothing, in a folder of its own.
func TestChoicesChangeFigureAndError(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a notebook four times, 20 s each")
	}
	headless := filepath.Join(t.TempDir(), "headless")
	if out, err := exec.Command("go", "build", "-o", headless, "./headless").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	choices := []string{"homotopyName=posterior", "homotopyName=straight", "lossName=covariance", "solverName=euler"}
	results := make([]shown, len(choices)) // the first choice is the notebook's own
	var runs sync.WaitGroup
	free := make(chan struct{}, 2)
	for i, choice := range choices {
		runs.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			results[i] = run(t, headless, "fig1.ipynb", choice)
		})
	}
	runs.Wait()
	if t.Failed() {
		return
	}
	base := results[0]
	for i, got := range results[1:] {
		choice := choices[i+1]
		if got.figure == base.figure {
			t.Errorf("%s: the figure did not change", choice)
		}
		if got.endError == base.endError {
			t.Errorf("%s: the distance of the particles' ends is %g as before", choice, got.endError)
		}
		if solver := strings.HasPrefix(choice, "solverName"); (got.excess == base.excess) != solver {
			t.Errorf("%s: relative excess %g, before %g; a solver leaves it, all else changes it", choice, got.excess, base.excess)
		}
	}
}

// shown is what a notebook of Figure 1 showed.
type shown struct {
	figure           string // PNG
	excess, endError float64
}

// run executes a copy of the notebook, in a folder of its own, and reads what it shows.
func run(t *testing.T, headless, name, choice string) (s shown) {
	dir := t.TempDir()
	source, err := os.ReadFile(name)
	if err != nil {
		t.Error(err)
		return s
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, source, 0o644); err != nil {
		t.Error(err)
		return s
	}
	cmd := exec.Command(headless, "--check", "--set", "preset=smoke", "--set", choice, "--out", filepath.Join(dir, "out"), path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", choice, err, out)
		return s
	}
	var executed struct {
		Cells []struct {
			Outputs []struct {
				Data map[string]any `json:"data"`
			} `json:"outputs"`
		} `json:"cells"`
	}
	text, err := os.ReadFile(filepath.Join(dir, "out", name))
	if err == nil {
		err = json.Unmarshal(text, &executed)
	}
	if err != nil {
		t.Errorf("%s: %v", choice, err)
		return s
	}
	for _, cell := range executed.Cells {
		for _, output := range cell.Outputs {
			if png := joined(output.Data["image/png"]); png != "" && s.figure == "" {
				s.figure = png
			}
			lines := strings.Split(joined(output.Data["text/plain"]), "\n")
			if strings.HasPrefix(lines[0], "relative excess") && len(lines) > 1 {
				s.excess, s.endError = number(t, lines[1], 0), number(t, lines[1], 5)
			}
		}
	}
	if s.figure == "" || s.excess == 0 || s.endError == 0 {
		t.Errorf("%s: figure of %d bytes, relative excess %g, distance of the ends %g; want all three", choice, len(s.figure), s.excess, s.endError)
	}
	return s
}

// joined is text of a notebook, which may be cut into lines.
func joined(value any) (text string) {
	switch v := value.(type) {
	case string:
		return v
	case []any:
		for _, line := range v {
			text += line.(string)
		}
	}
	return text
}

func number(t *testing.T, line string, column int) float64 {
	fields := strings.Fields(line)
	if column >= len(fields) {
		t.Errorf("no column %d in %q", column, line)
		return 0
	}
	x, err := strconv.ParseFloat(fields[column], 64)
	if err != nil {
		t.Error(err)
	}
	return x
}
