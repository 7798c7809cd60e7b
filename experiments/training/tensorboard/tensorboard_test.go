package tensorboard_test

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"vapoflow/experiments/training/tensorboard"
)

// The tensorboard package reads what was written, where python3 has it.
func TestTensorBoardReadsIt(t *testing.T) {
	python := os.Getenv("VAPO_TENSORBOARD_PYTHON")
	if python == "" {
		python = "python3"
	}
	if exec.Command(python, "-c", "import tensorboard").Run() != nil {
		t.Skip("python3 has no tensorboard package")
	}
	out, err := exec.Command(python, "-c", `
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
a = EventAccumulator(sys.argv[1]); a.Reload()
print([(e.step, e.value) for e in a.Scalars("loss")], [(e.step, e.width, e.height) for e in a.Images("sheet")])
`, filepath.Dir(written(t))).CombinedOutput()
	if want := "[(1, 0.5), (2, 0.25)] [(2, 3, 2)]"; err != nil || strings.TrimSpace(string(out)) != want {
		t.Errorf("%v: %s, want %s", err, out, want)
	}
}

// written is a file of two scalars and a picture.
func written(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	w, err := tensorboard.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	w.Scalar(1, "loss", 0.5)
	w.Scalar(2, "loss", 0.25)
	w.Picture(2, "sheet", picture.Bytes())
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	if len(files) != 1 {
		t.Fatalf("files %v", files)
	}
	return files[0]
}

func TestWhatIsNoPictureIsTold(t *testing.T) {
	w, err := tensorboard.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w.Picture(1, "sheet", []byte("no PNG"))
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), "sheet") {
		t.Errorf("%v", err)
	}
}
