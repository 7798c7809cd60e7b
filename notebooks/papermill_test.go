package notebooks_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// papermill, where it is installed, declares a parameter anew behind the cell that declares it, text with any letters among them.
func TestPapermill(t *testing.T) {
	papermill, err := exec.LookPath("papermill")
	if err != nil {
		t.Skip("papermill is not installed")
	}
	out := filepath.Join(t.TempDir(), "out.ipynb")
	command := exec.Command(papermill, "--prepare-only", "-p", "preset", "smoke", "-r", "lossName", `a "ß\`, "-p", "homotopyName", "0.5", "fig1.ipynb", out)
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	command.Env = append(os.Environ(), "PYTHONPATH="+filepath.Join(here, "papermill"))
	if text, err := command.CombinedOutput(); err != nil || strings.Contains(string(text), "unknown parameter") {
		t.Fatalf("%v\n%s", err, text)
	}
	content, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var n struct {
		Cells []struct {
			Source   []string
			Metadata struct{ Tags []string }
		}
	}
	if err := json.Unmarshal(content, &n); err != nil {
		t.Fatal(err)
	}
	for i, c := range n.Cells {
		if len(c.Metadata.Tags) == 1 && c.Metadata.Tags[0] == "parameters" {
			want := "// Parameters\nvar preset = \"smoke\"\nvar homotopyName = 0.5\nvar lossName = \"a \\\"ß\\\\\"\n"
			if got := strings.Join(n.Cells[i+1].Source, ""); got != want {
				t.Errorf("papermill declares\n%s\nwant\n%s", got, want)
			}
			return
		}
	}
	t.Error("no cell is tagged parameters")
}
