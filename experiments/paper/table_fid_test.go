package paper_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/measure"
	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/vapo/dataset"
)

// Without CIFAR-10 and without the weights of Inception there are no features that mean something: the table has no distance, and says
// how to get one.
func TestTable1WithoutFeaturesHasNoDistance(t *testing.T) {
	t.Setenv("VAPO_CACHE", t.TempDir())
	dir := runImages(t, "table1", ownImages(t, "samples=16"))
	m, err := record.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name := range m.Results {
		if strings.Contains(name, "fid") || strings.Contains(name, "frechet") || name == "kid" || name == "precision" || name == "recall" {
			t.Errorf("%s is on record", name)
		}
	}
	if m.Claim != "not the paper's data" || m.Results["nfe"] != 2 || len(m.Tables[0].Rows) != 5 || !slices.Equal(m.Tables[0].Header, []string{"images", "NFE"}) {
		t.Errorf("standing %q, results %v, table %v", m.Claim, m.Results, m.Tables[0])
	}
	text := readText(t, dir, "table.md")
	for _, want := range []string{"no features were at hand", "PFGM", "104", "not verified", "own data"} {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(want)) {
			t.Errorf("table.md lacks %q:\n%s", want, text)
		}
	}
	if !slices.ContainsFunc(m.Notes, func(note string) bool { return strings.Contains(note, "VAPO_INCEPTION") }) {
		t.Errorf("no note says how to get FID: %q", m.Notes)
	}
	if err := paper.Redraw(dir); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(readText(t, dir, "table.tex"), `\begin{tabular}`) {
		t.Error("table.tex holds no table")
	}
}

func TestTable1NeedsSamples(t *testing.T) {
	_, err := paper.Run(context.Background(), "table1", testEnv(t, append(smallImages, "samples=3")...))
	if err == nil || !strings.Contains(err.Error(), "at least 16, got 3") {
		t.Errorf("error %v", err)
	}
}

// A path that was named must be right.
func TestTable1RefusesOtherWeights(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weights.pth")
	if err := os.WriteFile(path, []byte("none"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv(measure.InceptionEnv, "unread") // the caller reads it
	env := ownImages(t, "samples=16")
	env.Inception = path
	_, err := paper.Run(context.Background(), "table1", env)
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
}

// ownImages are settings for a small network on a hundred drawn images, which take little to fit.
func ownImages(t *testing.T, sets ...string) paper.Env {
	t.Helper()
	arrays := map[string]*tensors.Tensor{}
	for name, split := range map[string]string{"x": "train", "x_test": "test"} {
		drawn, err := dataset.Open("drawn", dataset.Options{Split: split})
		if err != nil {
			t.Fatal(err)
		}
		values, err := dataset.ReadRange(drawn, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		arrays[name] = tensors.FromFlatDataAndDimensions(values, 100, 32, 32, 3)
	}
	file := filepath.Join(t.TempDir(), "own.npz")
	if err := record.WriteArrays(file, arrays); err != nil {
		t.Fatal(err)
	}
	return testEnv(t, append(append(slices.Clone(smallImages), "samples=8", "data="+file), sets...)...)
}

func readText(t *testing.T, dir, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
