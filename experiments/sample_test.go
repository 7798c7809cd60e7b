package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/console"
	"vapoflow/experiments/record"
)

// samples runs sample into a file and reads it.
func samples(t *testing.T, args ...string) map[string]*tensors.Tensor {
	t.Helper()
	out := filepath.Join(t.TempDir(), "samples.npz")
	if code, stdout, stderr := command(t, append([]string{"sample", "--out", out}, args...)...); code != 0 {
		t.Fatalf("%v: exit code %d: %s%s", args, code, stdout, stderr)
	}
	arrays, err := record.ReadArrays(out)
	if err != nil {
		t.Fatal(err)
	}
	return arrays
}

// Samples of the exact potential of ring8 are ring8's, and a range of them has the bits of the whole.
func TestSampleOfOracle(t *testing.T) {
	isolate(t)
	args := []string{"--run", "oracle:ring8", "--seed", "5", "--batch", "64", "--tolerance", "1e-4"}
	whole := samples(t, append(args, "--n", "500")...)
	x := whole["x"].Value().([][]float32)
	if len(x) != 500 {
		t.Fatalf("%d samples", len(x))
	}
	var counts [8]int
	squares := 0.0
	for _, p := range x {
		angle := math.Round(math.Atan2(float64(p[1]), float64(p[0])) * 4 / math.Pi)
		counts[int(angle+8)%8]++
		sin, cos := math.Sincos(angle * math.Pi / 4)
		squares += math.Pow(float64(p[0])-2*cos, 2) + math.Pow(float64(p[1])-2*sin, 2)
	}
	// Mean squared distance 2·0.1² from the nearest centre, with a standard error of 1/√500; counts of 62.5 ± 7.4.
	if mean := squares / 500; math.Abs(mean/0.02-1) > 4/math.Sqrt(500) || slices.Min(counts[:]) < 33 || slices.Max(counts[:]) > 92 {
		t.Errorf("mean squared distance %g from the centres, want 0.02; counts %v", mean, counts)
	}
	part := samples(t, append(args, "--range", "70:201")...)
	if !reflect.DeepEqual(part["x"].Value(), x[70:201]) || !reflect.DeepEqual(part["range"].Value(), []int64{70, 201}) {
		t.Error("the range 70:201 is not that of the whole")
	}
	if !reflect.DeepEqual(part["grid"].Value(), whole["grid"].Value()) || whole["seed"].Value() != int64(5) {
		t.Errorf("grid %v of a part, %v of the whole, seed %v", part["grid"].Value(), whole["grid"].Value(), whole["seed"].Value())
	}
}

// readPNG gives the RGB bytes of a PNG.
func readPNG(t *testing.T, path string) (pixels []uint8) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			r, g, b, _ := img.At(x, y).RGBA()
			pixels = append(pixels, uint8(r>>8), uint8(g>>8), uint8(b>>8))
		}
	}
	return pixels
}

// Images of a run: those of its record, by index; the same in a folder and in a file; and an interrupted folder is filled up.
func TestSampleImages(t *testing.T) {
	isolate(t)
	pictures := make([]uint8, 6*8*8*3)
	for i := range pictures {
		pictures[i] = uint8(i * 37)
	}
	writeX(t, "images.npz", tensors.FromFlatDataAndDimensions(pictures, 6, 8, 8, 3))
	code, _, stderr := command(t, "train", "--data", "images.npz", "--preset", "smoke", "--set", "steps=5", "--set", "width=4",
		"--set", "depth=1", "--set", "batch=2", "--set", "samples=6")
	if code != 0 {
		t.Fatal(stderr)
	}
	runs, _ := filepath.Glob("results/runs/train-*")
	m, err := record.Read(runs[0])
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := record.ReadArrays(filepath.Join(runs[0], "train.npz"))
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"--run", filepath.Base(runs[0])}
	z := samples(t, append(args, "--n", "6")...)
	if !reflect.DeepEqual(z["grid"].Value(), m.Grid) || z["x"].Shape().String() != "(Uint8)[6, 8, 8, 3]" {
		t.Errorf("grid %v, recorded %v; x %s", z["grid"].Value(), m.Grid, z["x"].Shape())
	}
	x, figure := tensors.MustCopyFlatData[uint8](z["x"]), tensors.MustCopyFlatData[uint8](recorded["samples"])
	if !bytes.Equal(x, figure) {
		t.Error("the images are not those of the record")
	}
	args = append(args, "--batch", "4")

	// A folder whose sampling.json gives no grid of the run finds its own, once, and keeps it.
	into := append(args, "--out", "shards", "--tolerance", "0.01")
	for _, span := range []string{"4:7", "1:5"} {
		if code, _, stderr := command(t, append([]string{"sample", "--range", span}, into...)...); code != 0 {
			t.Fatal(stderr)
		}
	}
	files, _ := filepath.Glob("shards/*")
	if len(files) != 7 || files[0] != "shards/000001.png" || files[5] != "shards/000006.png" || files[6] != "shards/sampling.json" {
		t.Fatalf("files %v", files)
	}
	whole := samples(t, append(args, "--tolerance", "0.01", "--n", "7")...)
	x = tensors.MustCopyFlatData[uint8](whole["x"])
	before, _ := os.Stat("shards/000003.png")
	if err := os.Remove("shards/000002.png"); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := command(t, append([]string{"sample", "--n", "7"}, into...)...); code != 0 {
		t.Fatal(stderr)
	}
	for i := range 7 {
		if got := readPNG(t, fmt.Sprintf("shards/%06d.png", i)); !bytes.Equal(got, x[i*192:][:192]) {
			t.Errorf("image %d of the folder is not that of the file", i)
		}
	}
	if after, _ := os.Stat("shards/000003.png"); !after.ModTime().Equal(before.ModTime()) {
		t.Error("an image that was there was drawn again")
	}
	var r struct {
		Grid    []float64
		Decides struct{ Weights string }
	}
	text, _ := os.ReadFile("shards/sampling.json")
	if err := json.Unmarshal(text, &r); err != nil || !reflect.DeepEqual(r.Grid, whole["grid"].Value()) || r.Decides.Weights != "sha256:"+m.WeightsSHA256 {
		t.Errorf("sampling.json %s, error %v", text, err)
	}
	if code, _, stderr := command(t, append([]string{"sample", "--seed", "1"}, into...)...); code != 1 || !strings.Contains(stderr, `"seed":0`) || !strings.Contains(stderr, "new folder") {
		t.Errorf("images of another seed were mixed in: exit code %d, %s", code, stderr)
	}

	// Away from itself a potential stays where it is, but its samples are not mixed with the others.
	away := []string{"--weak", filepath.Base(runs[0]), "--guidance", "0.7", "--tolerance", "0.01"}
	for i, got := range tensors.MustCopyFlatData[uint8](samples(t, append(append(args, away...), "--n", "7")...)["x"]) {
		if diff := int(got) - int(x[i]); diff < -1 || diff > 1 {
			t.Fatalf("value %d is %d when led away from itself, %d else", i, got, x[i])
		}
	}
	if code, _, stderr := command(t, append(append([]string{"sample"}, into...), away...)...); code != 1 || !strings.Contains(stderr, `"guidance":0.7`) {
		t.Errorf("guided images were mixed in: exit code %d, %s", code, stderr)
	}
	for _, wrong := range []string{"--weak oracle:ring8", "--weak nothing", "--guidance 1", "--guidance -1 --weak " + filepath.Base(runs[0]), "--weak pretrained:celeba"} {
		if code, _, stderr := command(t, append(append([]string{"sample", "--out", "o.npz"}, args...), strings.Fields(wrong)...)...); code != 2 || strings.Count(stderr, "\n") > 2 {
			t.Errorf("%s: exit code %d, %s", wrong, code, stderr)
		}
	}
}

// What ships has a weak partner that --guidance alone takes.
func TestSampleAwayFromWhatShips(t *testing.T) {
	isolate(t)
	args := strings.Fields("--run pretrained:cifar10 --backend go --solver euler --steps 2 --n 1")
	plain := tensors.MustCopyFlatData[uint8](samples(t, args...)["x"])
	guided := tensors.MustCopyFlatData[uint8](samples(t, append(args, "--guidance", "0.5")...)["x"])
	named := tensors.MustCopyFlatData[uint8](samples(t, append(args, "--weak", "pretrained:cifar10/weak")...)["x"])
	if slices.Equal(plain, guided) || !slices.Equal(guided, named) {
		t.Error("--guidance alone does not lead away from pretrained:cifar10/weak")
	}
}

// An interrupted drawing leaves no file, or a folder to continue.
func TestSampleInterrupted(t *testing.T) {
	isolate(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out bytes.Buffer
	root := (&app{Console: &console.Console{Out: &out}, unsaved: new(unsaved)}).root()
	root.SetArgs(strings.Fields("sample --run oracle:ring8 --out o.npz --steps 2"))
	if err := root.ExecuteContext(ctx); err == nil || !strings.Contains(err.Error(), "cancel") {
		t.Errorf("error %v", err)
	}
	if files, _ := os.ReadDir("."); len(files) != 0 {
		t.Errorf("files were left: %v", files)
	}
}

func TestSampleErrors(t *testing.T) {
	isolate(t)
	if err := os.MkdirAll("full", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("full/photo.png", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	saveByFormula(t, "resnet", exports[2].shape, exports[2].change)
	before, _ := filepath.Glob("*")
	const good = "--run oracle:ring8 --out o.npz "
	for _, c := range []struct {
		args string
		code int
		want []string
	}{
		{"--out o.npz", 2, []string{"--run", "oracle:ring8"}},
		{"--run oracle:ring8", 2, []string{"--out"}},
		{good + "--run nonesuch", 2, []string{"sample", "nonesuch", "no such run"}},
		{good + "--run oracle:ring9", 2, []string{`"ring9"`, "ring8"}},
		{good + "--n 0", 2, []string{"--n 0"}},
		{good + "--range 5", 2, []string{"--range 5", "a:b"}},
		{good + "--range 5:5", 2, []string{"5:5", "a < b"}},
		{good + "--n 10 --range 5:11", 2, []string{"5:11", "--n 10"}},
		{good + "--batch -1", 2, []string{"--batch -1"}},
		{good + "--steps -1", 2, []string{"--steps -1"}},
		{good + "--tolerance 1", 2, []string{"--tolerance 1"}},
		{good + "--solver cake", 2, []string{"cake", "dopri5"}},
		{good + "--solver rk4 --tolerance 0.1", 2, []string{"rk4", "fixed steps"}},
		{good + "--backend tpu", 2, []string{`"tpu"`}},
		{"--run oracle:ring8 --out folder", 2, []string{"[2]", ".npz"}},
		{"--run resnet --out full", 1, []string{"full", "photo.png", "new folder"}},
		{"--run resnet --out full/photo.png", 1, []string{"full/photo.png"}},
	} {
		code, stdout, stderr := command(t, strings.Fields("sample "+c.args)...)
		if code != c.code || strings.Count(stderr, "\n") != 1 || strings.Contains(stderr, "goroutine") {
			t.Errorf("%s: exit code %d, want %d\n%s%s", c.args, code, c.code, stdout, stderr)
		}
		for _, want := range c.want {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: %q is not in: %s", c.args, want, stderr)
			}
		}
	}
	if after, _ := filepath.Glob("*"); !slices.Equal(before, after) {
		t.Errorf("files were left behind: %v, before %v", after, before)
	}
}
