package paper_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/vapo/dataset"
)

// Without CIFAR-10 and without the weights of Inception the table says so wherever a number stands, and still puts held-out images
// nearest to the training images and noise farthest.
func TestTable1OnOwnImages(t *testing.T) {
	t.Setenv("VAPO_CACHE", t.TempDir())
	dir := runImages(t, "table1", ownImages(t))
	m, err := record.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	distance := map[string]float64{}
	values := tensors.MustCopyFlatData[float64](arraysIn(t, dir, "table1")["frechet"])
	for i, row := range m.Tables[0].Rows {
		distance[row[0]] = values[i]
	}
	held, base, noise := distance["held-out images"], distance["untrained: the Gaussian base alone"], distance["uniform noise"]
	if len(values) != 5 || !(0 < held && held < base && base < noise) {
		t.Errorf("distances %v", distance)
	}
	if m.Claim != "not the paper's data" || m.Results["fid"] != 0 || m.Results["frechet_distance"] != values[0] || m.Results["nfe"] != 2 {
		t.Errorf("standing %q, results %v", m.Claim, m.Results)
	}
	text := readText(t, dir, "table.md")
	for _, want := range []string{"not comparable with published FID", "random convolutions", "PFGM", "104", "not verified", "own data"} {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(want)) {
			t.Errorf("table.md lacks %q:\n%s", want, text)
		}
	}
	if !slices.ContainsFunc(m.Notes, func(note string) bool { return strings.Contains(note, "VAPO_INCEPTION") }) {
		t.Errorf("no note says how to get FID: %q", m.Notes)
	}
	if m.Tables[0].Header[1] == "FID" || m.Tables[1].Header[1] != "FID" {
		t.Errorf("headers %q and %q", m.Tables[0].Header, m.Tables[1].Header)
	}
	if err := os.Remove(filepath.Join(dir, "table.tex")); err != nil {
		t.Fatal(err)
	}
	if err := paper.Redraw(dir); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(readText(t, dir, "table.tex"), `\begin{tabular}`) {
		t.Error("table.tex was not written again")
	}
}

func TestTable1NeedsSamples(t *testing.T) {
	_, err := paper.Run(context.Background(), "table1", testEnv(t, append(smallImages, "samples=3")...))
	if err == nil || !strings.Contains(err.Error(), "at least 5, got 3") {
		t.Errorf("error %v", err)
	}
}

// A path that was named must be right.
func TestTable1RefusesOtherWeights(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weights.pth")
	if err := os.WriteFile(path, []byte("none"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv(paper.InceptionEnv, "unread") // the caller reads it
	env := ownImages(t)
	env.Inception = path
	_, err := paper.Run(context.Background(), "table1", env)
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
}

// ownImages are settings for a small network on a hundred drawn images, which take little to fit.
func ownImages(t *testing.T) paper.Env {
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
	return testEnv(t, append(smallImages, "samples=8", "data="+file)...)
}

func readText(t *testing.T, dir, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
