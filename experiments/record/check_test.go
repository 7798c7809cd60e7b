package record_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vapoflow/experiments/record"
)

// finished is a run that is done, with a picture and a table of numbers.
func finished(t *testing.T, runs string) (dir string) {
	t.Helper()
	r := create(t, runs)
	r.Results["value"] = 0.125
	r.Figures = []record.Figure{{File: "a.png"}}
	for _, file := range []string{"a.png", "a.svg", "a.pdf", "b.json"} {
		if err := record.WriteFile(r.Path(file), []byte("content of "+file)); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(nil); err != nil {
		t.Fatal(err)
	}
	return r.Dir()
}

// Whatever happens to a file of a run is told, with the run and the file: at once where size or time tell, else by reading all.
func TestDamageIsTold(t *testing.T) {
	write := func(text string) func(string) error {
		return func(path string) error { return os.WriteFile(path, []byte(text), 0o644) }
	}
	unseen := func(text string) func(string) error { // a bit that turns on the disk leaves size and time
		return func(path string) error {
			stat, err := os.Stat(path)
			return errors.Join(err, write(text)(path), os.Chtimes(path, stat.ModTime(), stat.ModTime()))
		}
	}
	for _, c := range []struct {
		name, file string
		damage     func(path string) error
		quick      bool // told without reading all
	}{
		{"removed", "b.json", os.Remove, true},
		{"longer", "b.json", write("content of b.json and more"), true},
		{"edited", "b.json", func(path string) error {
			later := time.Now().Add(time.Second)
			return errors.Join(write("Content of b.json")(path), os.Chtimes(path, later, later))
		}, true},
		{"turned bit", "b.json", unseen("bontent of b.json"), false},
		{"picture", "a.svg", unseen("bontent of a.svg"), false},
	} {
		dir := finished(t, t.TempDir())
		if err := c.damage(filepath.Join(dir, c.file)); err != nil {
			t.Fatal(err)
		}
		told := func(err error) bool {
			return errors.Is(err, record.ErrDamaged) && strings.Contains(err.Error(), dir) && strings.Contains(err.Error(), c.file)
		}
		stored := record.Stored{Dir: dir, Manifest: mustRead(t, dir)}
		if err := stored.Check(false); told(err) != c.quick {
			t.Errorf("%s: by size and time: %v", c.name, err)
		}
		if err := record.Verify(dir); !told(err) {
			t.Errorf("%s: reading all: %v", c.name, err)
		}
		err := record.Redraw(dir, func(m *record.Manifest) error {
			m.Figures = []record.Figure{{File: "a.png"}}
			return record.WriteFile(filepath.Join(dir, "a.svg"), []byte("content of a.svg"))
		})
		if picture := c.file == "a.svg"; (err == nil) != picture {
			t.Errorf("%s: drawn again: %v", c.name, err) // pictures are mended, and nothing else is made good
		}
	}
	dir := finished(t, t.TempDir())
	text, _ := os.ReadFile(filepath.Join(dir, record.ManifestFile))
	edited := strings.Replace(string(text), "0.125", "0.126", 1)
	if err := write(edited)(filepath.Join(dir, record.ManifestFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := record.Read(dir); !errors.Is(err, record.ErrDamaged) {
		t.Errorf("an edited result was read: %v", err)
	}
	for _, text := range []string{`{"schema": 1, "schema": 1}`, `{"schema": 1, "results": null}`} {
		write(text)(filepath.Join(dir, record.ManifestFile))
		if _, err := record.Read(dir); !errors.Is(err, record.ErrDamaged) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A run that is a link to a folder elsewhere is read, checked, drawn again and replaced there.
func TestLinkedRuns(t *testing.T) {
	runs, elsewhere := t.TempDir(), t.TempDir()
	dir := finished(t, elsewhere)
	link := filepath.Join(runs, filepath.Base(dir))
	if err := os.Symlink(dir, link); err != nil {
		t.Skip(err)
	}
	if stored, problems := record.List(runs); len(stored) != 1 || len(problems) > 0 || stored[0].Check(true) != nil {
		t.Errorf("%d runs, %v", len(stored), problems)
	}
	if err := record.Redraw(link, func(m *record.Manifest) error { m.Figures = []record.Figure{{File: "a.png"}}; return nil }); err != nil {
		t.Error(err)
	}
	if err := record.Verify(link); err != nil {
		t.Error(err)
	}
	r := create(t, runs)
	r.Results["value"] = 2
	if err := r.Close(nil); err != nil {
		t.Fatal(err)
	}
	if stat, err := os.Lstat(link); err != nil || stat.Mode()&os.ModeSymlink == 0 || mustRead(t, dir).Results["value"] != 2 {
		t.Errorf("replaced a link: %v", err)
	}
}

// One process at a time is at a run; a run that a power cut left between two names is there again.
func TestOneRunAtATime(t *testing.T) {
	runs := t.TempDir()
	dir := finished(t, runs)
	first := create(t, runs)
	if _, err := record.Create(runs, first.Manifest); !errors.Is(err, record.ErrBusy) {
		t.Errorf("two at one run: %v", err)
	}
	if err := record.Redraw(dir, func(*record.Manifest) error { return nil }); !errors.Is(err, record.ErrBusy) {
		t.Errorf("drawn again while it is run: %v", err)
	}
	time.AfterFunc(100*time.Millisecond, func() { first.Close(errors.New("it fails")) })
	said := ""
	second, err := record.CreateWhenFree(t.Context(), runs, first.Manifest, func(holder string) { said = holder })
	if err != nil || !strings.Contains(said, "process ") {
		t.Fatalf("said %q: %v", said, err)
	}
	second.Close(errors.New("it fails"))
	if err := os.Rename(dir, dir+".old"); err != nil {
		t.Fatal(err)
	}
	create(t, runs).Close(errors.New("it fails"))
	if err := record.Verify(dir); err != nil {
		t.Error(err)
	}
}
