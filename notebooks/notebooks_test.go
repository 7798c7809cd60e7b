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

// Two notebooks stand for all: points and images. Each shows its figure as the image of that number, the error of the trained potential
// in the first column of one table, and in a column of another what only the flow decides.
var notebooks = []struct {
	name    string
	choices []string // the first is the notebook's own
	figure  int
	trained string // the table's first words
	flow    string
	column  int
}{
	{"fig1.ipynb", []string{"homotopyName=posterior", "homotopyName=straight", "lossName=covariance", "solverName=euler"}, 0, "relative excess", "relative excess", 5},
	{"fig2.ipynb", []string{"homotopyName=straight", "homotopyName=posterior", "lossName=covariance", "solverName=euler"}, 2, "held-out alignment", "solver", 1},
}

// The choices at the top of a notebook are no decoration: homotopy and loss change the figure and the printed error, and the solver the
// figure and what the flow decides. Pure Go computes, on images drawn by formula, from nothing; without XLA a cell links in a third of the time.
func TestChoicesChangeFigureAndError(t *testing.T) {
	if testing.Short() {
		t.Skip("runs notebooks eight times, 10 to 20 s each")
	}
	t.Setenv("VAPO_BACKEND", "go")
	t.Setenv("GOFLAGS", os.Getenv("GOFLAGS")+" -tags=noxla")
	t.Setenv("VAPO_DATA", t.TempDir())
	headless := filepath.Join(t.TempDir(), "headless")
	if out, err := exec.Command("go", "build", "-o", headless, "./headless").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	free := make(chan struct{}, 2)
	for _, n := range notebooks {
		t.Run(n.name, func(t *testing.T) {
			results := make([]shown, len(n.choices))
			dir := t.TempDir()
			var runs sync.WaitGroup
			own := make(chan struct{}) // closed when the notebook has run with its own choices
			for i, choice := range n.choices {
				runs.Go(func() {
					if isSolver(choice) {
						<-own // and its model is there to be loaded
					}
					free <- struct{}{}
					defer func() { <-free }()
					if i == 0 {
						defer close(own)
					}
					got := run(t, headless, n.name, choice, dir)
					if len(got.figures) <= n.figure {
						t.Errorf("%s: %d figures", choice, len(got.figures))
						return
					}
					results[i] = shown{figure: got.figures[n.figure], trained: got.number(t, n.trained, 0), flow: got.number(t, n.flow, n.column)}
				})
			}
			runs.Wait()
			if !t.Failed() {
				compare(t, n.choices, results)
			}
		})
	}
}

func isSolver(choice string) bool { return strings.HasPrefix(choice, "solverName") }

// shown is what a notebook showed for one choice.
type shown struct {
	figure        string // PNG
	trained, flow float64
}

func compare(t *testing.T, choices []string, results []shown) {
	base := results[0]
	for i, got := range results[1:] {
		choice := choices[i+1]
		solver := isSolver(choice)
		if got.figure == base.figure {
			t.Errorf("%s: the figure did not change", choice)
		}
		if (got.trained == base.trained) != solver {
			t.Errorf("%s: error of the potential %g, before %g; a solver leaves it, all else changes it", choice, got.trained, base.trained)
		}
		if solver && got.flow == base.flow {
			t.Errorf("%s: the flow gives %g as before", choice, got.flow)
		}
	}
}

// outputs are the figures and the texts of an executed notebook, in their order.
type outputs struct{ figures, texts []string }

// number reads a column of the first row of the first table that begins with the words.
func (o outputs) number(t *testing.T, words string, column int) float64 {
	for _, text := range o.texts {
		lines := strings.Split(text, "\n")
		if !strings.HasPrefix(lines[0], words) || len(lines) < 2 {
			continue
		}
		fields := strings.Fields(lines[1])
		if column >= len(fields) {
			t.Errorf("no column %d in %q", column, lines[1])
			return 0
		}
		x, err := strconv.ParseFloat(fields[column], 64)
		if err != nil {
			t.Error(err)
		}
		return x
	}
	t.Errorf("no table begins with %q", words)
	return 0
}

// run executes a copy of the notebook without its last cell, which does all again for the record. Trained models stay in the folder.
func run(t *testing.T, headless, name, choice, dir string) (o outputs) {
	name, from := choice+".ipynb", name
	path := filepath.Join(dir, name)
	if err := shorten(from, path); err != nil {
		t.Error(err)
		return o
	}
	cmd := exec.Command(headless, "--check", "--set", "preset=smoke", "--set", choice, "--out", filepath.Join(dir, "out"), path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", choice, err, out)
		return o
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
	}
	for _, cell := range executed.Cells {
		for _, output := range cell.Outputs {
			if png := joined(output.Data["image/png"]); png != "" {
				o.figures = append(o.figures, png)
			} else {
				o.texts = append(o.texts, joined(output.Data["text/plain"]))
			}
		}
	}
	return o
}

// shorten copies a notebook without its last cell.
func shorten(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var notebook map[string]any
	if err := json.Unmarshal(text, &notebook); err != nil {
		return err
	}
	cells := notebook["cells"].([]any)
	notebook["cells"] = cells[:len(cells)-1]
	if text, err = json.Marshal(notebook); err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644)
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
