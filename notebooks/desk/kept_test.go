package desk_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"vapoflow/notebooks/desk"
)

// newCheckout makes an empty module the current folder, so that results go there.
func newCheckout(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module m\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("VAPO_BACKEND", "go")
	t.Chdir(dir)
}

func TestCachedComputesOncePerKey(t *testing.T) {
	newCheckout(t)
	type key struct{ Loss string }
	computed := 0
	square := func(name string, k any, x float64) []float64 {
		t.Helper()
		got, err := desk.Cached(name, k, func() ([]float64, error) { computed++; return []float64{x, x * x}, nil })
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	square("a", key{"one"}, 3)
	if got := square("a", key{"one"}, 4); !slices.Equal(got, []float64{3, 9}) || computed != 1 {
		t.Errorf("the second call gave %v after %d computations, want what the first computed", got, computed)
	}
	if square("a", key{"two"}, 5); computed != 2 {
		t.Error("another key was not computed")
	}
	if square("b", key{"one"}, 6); computed != 3 {
		t.Error("another name was not computed")
	}
	if err := desk.Forget("a"); err != nil {
		t.Fatal(err)
	}
	if square("a", key{"one"}, 7); computed != 4 {
		t.Error("a forgotten value was not computed")
	}
	if square("b", key{"one"}, 8); computed != 4 {
		t.Error("forgetting one name forgot another")
	}
	text, err := desk.Cached("a", key{"one"}, func() (string, error) { return "text", nil })
	if err != nil || text != "text" {
		t.Errorf("a value of another type gave %q, %v", text, err)
	}
}

func TestCachedKeepsNoFailure(t *testing.T) {
	newCheckout(t)
	broken := errors.New("broken")
	if _, err := desk.Cached("a", 1, func() (int, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("error %v, want that of compute", err)
	}
	if got, err := desk.Cached("a", 1, func() (int, error) { return 2, nil }); got != 2 || err != nil {
		t.Errorf("after a failure: %d, %v", got, err)
	}
	if _, err := desk.Cached("../a", 1, func() (int, error) { return 0, nil }); err == nil {
		t.Error("a name with a folder was taken")
	}
	if _, err := desk.Cached("f", func() {}, func() (int, error) { return 0, nil }); err == nil {
		t.Error("a key that does not encode was taken")
	}
}

// No bit that turns in a kept value is silent: it is computed anew.
func TestDamagedValueIsComputedAnew(t *testing.T) {
	newCheckout(t)
	compute := func() ([]float64, error) { return []float64{1, 2, 3}, nil }
	desk.Must(desk.Cached("a", 1, compute))
	files, _ := filepath.Glob("results/notebooks/kept/*.gob")
	if len(files) != 1 {
		t.Fatalf("kept: %v", files)
	}
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		turned := slices.Clone(whole)
		turned[i] ^= 4
		if err := os.WriteFile(files[0], turned, 0o644); err != nil {
			t.Fatal(err)
		}
		computed := false
		got, err := desk.Cached("a", 1, func() ([]float64, error) { computed = true; return compute() })
		if err != nil || !computed || !slices.Equal(got, []float64{1, 2, 3}) {
			t.Errorf("byte %d turned: computed %v, %v, %v", i, computed, got, err)
		}
	}
}
