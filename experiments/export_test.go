package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/internal/numbers"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/potential"
)

// exports are small models, and Φ and ‖∇Φ‖ at their check.x and check.s as PyTorch has them in float64
// (peers/load_vapoflow.py: load(file).double().evaluate(x, s)).
var exports = []struct {
	name      string
	shape     []int
	change    func(*vapo.Config)
	phi, norm [4]float64
}{
	{
		name: "mlp", shape: []int{3},
		change: func(c *vapo.Config) { c.Width, c.Depth = 6, 2 },
		phi:    [4]float64{0.9773745502371, 0.5759132929239, 0.6179872542189, 0.4714917568426},
		norm:   [4]float64{0.2755648917852, 0.0588900761759, 0.1078289807087, 0.1288318529604},
	}, {
		name: "mlp-autonomous-gaussian", shape: []int{2},
		change: func(c *vapo.Config) { c.Width, c.Depth, c.Autonomous, c.Base = 5, 1, true, "gaussian" },
		phi:    [4]float64{0.3305827526827, -0.5505661958654, -0.7770301031542, -0.4981185704931},
		norm:   [4]float64{0.783512011231, 0.7496493889192, 0.3534768700903, 0.3173937598547},
	}, {
		name: "resnet", shape: []int{8, 16, 1},
		change: func(c *vapo.Config) {
			c.Potential, c.Homotopy, c.Sigma, c.Width, c.Depth = "resnet", "linear", 0.1, 2, 2
		},
		phi:  [4]float64{-309.7643145195, -101.4986671886, -408.9743114155, 16234.57236432},
		norm: [4]float64{95.3363179224, 190.1978570982, 114.728221791, 2374.274604667},
	}, {
		name: "resnet-gaussian", shape: []int{8, 8, 3},
		change: func(c *vapo.Config) {
			c.Potential, c.Homotopy, c.Omega, c.Width, c.Depth, c.Base = "resnet", "straight", 1.5, 3, 1, "gaussian"
		},
		phi:  [4]float64{-20.11338467091, -86.28487636301, -413.6639242118, -2558.276536376},
		norm: [4]float64{46.03973059209, 45.95569549557, 66.33070769889, 277.8723012525},
	},
}

// wave are n numbers by formula, of order one.
func wave(n int, phase float64) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(math.Sin(1.7*float64(i) + phase))
	}
	return out
}

// saveByFormula saves a model all of whose weights are given by a formula: readouts that start at zero would hide mistakes.
func saveByFormula(t *testing.T, dir string, shape []int, change func(*vapo.Config)) {
	t.Helper()
	c := vapo.DefaultConfig()
	change(&c)
	gaussian, err := potential.FitGaussian(shape, 50, func(i int, dst []float32) error {
		copy(dst, wave(len(dst), 0.9*float64(i*i)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Model(backend.Host(), shape, gaussian)
	if err != nil {
		t.Fatal(err)
	}
	m.Store = model.NewStore()
	x, err := m.Prior(0, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	_, err = model.CallOnce(backend.Host(), m.Store, func(scope *model.Scope, x, s *graph.Node) *graph.Node { // makes the weights
		return m.Potential.Value(scope.At(potential.Scope), x, s)
	}, x, []float32{0.5})
	if err != nil {
		t.Fatal(err)
	}
	for v := range m.Store.IterVariables() {
		if !v.Trainable {
			continue
		}
		values := wave(v.Shape().Size(), float64(len(v.Path())))
		fanIn := v.Shape().Size() / v.Shape().Dim(-1)
		for i := range values {
			values[i] *= float32(1.5 / math.Sqrt(float64(fanIn)))
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(values, v.Shape().Dimensions...)); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
}

// readSafetensors reads a file by the format's description.
func readSafetensors(t *testing.T, path string) (metadata map[string]string, read func(name string) (shape []int, values []float64)) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	end := 8 + binary.LittleEndian.Uint64(file)
	var header map[string]json.RawMessage
	if err := json.Unmarshal(file[8:end], &header); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(header["__metadata__"], &metadata); err != nil {
		t.Fatal(err)
	}
	return metadata, func(name string) ([]int, []float64) {
		var e struct {
			DType   string
			Shape   []int
			Offsets [2]uint64 `json:"data_offsets"`
		}
		if err := json.Unmarshal(header[name], &e); err != nil {
			t.Fatalf("array %s: %v", name, err)
		}
		data := bytes.NewReader(file[end+e.Offsets[0] : end+e.Offsets[1]])
		if e.DType == "F32" {
			narrow := make([]float32, data.Len()/4)
			binary.Read(data, binary.LittleEndian, narrow)
			return e.Shape, numbers.Wide(narrow)
		}
		values := make([]float64, data.Len()/8)
		binary.Read(data, binary.LittleEndian, values)
		return e.Shape, values
	}
}

// export exports every model of the table and gives the files.
func exportAll(t *testing.T) (files []string) {
	t.Helper()
	for _, e := range exports {
		saveByFormula(t, e.name, e.shape, e.change)
		file := e.name + ".safetensors"
		if code, _, stderr := command(t, "export", "--run", e.name, "--out", file); code != 0 {
			t.Fatal(stderr)
		}
		files = append(files, file)
	}
	return files
}

// The values to check by are those of PyTorch, and the weights those of the model.
func TestExport(t *testing.T) {
	isolate(t)
	for k, file := range exportAll(t) {
		e := exports[k]
		t.Run(e.name, func(t *testing.T) {
			metadata, read := readSafetensors(t, file)
			_, phi := read("check.phi")
			shape, grad := read("check.grad")
			if !slices.Equal(shape, append([]int{4}, e.shape...)) {
				t.Errorf("check.grad has shape %v", shape)
			}
			d := len(grad) / 4
			for i := range 4 {
				sum := 0.0
				for _, v := range grad[i*d:][:d] {
					sum += v * v
				}
				if norm := math.Sqrt(sum); math.Abs(phi[i]-e.phi[i]) > 1e-10*math.Abs(e.phi[i]) || math.Abs(norm-e.norm[i]) > 1e-10*e.norm[i] {
					t.Errorf("example %d: Φ %.15g, ‖∇Φ‖ %.15g; PyTorch %.15g, %.15g", i, phi[i], norm, e.phi[i], e.norm[i])
				}
			}
			m, err := vapo.Load(backend.Host(), e.name)
			if err != nil {
				t.Fatal(err)
			}
			for v := range m.Store.IterVariables() {
				if !strings.HasPrefix(v.Path(), "/potential/") {
					continue
				}
				shape, values := read(strings.ReplaceAll(strings.TrimPrefix(v.Path(), "/potential/"), "/", "."))
				want := numbers.Wide(tensors.MustCopyFlatData[float32](v.MustValue()))
				if !slices.Equal(shape, v.Shape().Dimensions) || !slices.Equal(values, want) {
					t.Errorf("%s is not the model's", v.Path())
				}
			}
			var c vapo.Config
			if err := json.Unmarshal([]byte(metadata["config"]), &c); err != nil || c != m.Config || metadata["schema"] != "1" {
				t.Errorf("metadata %v, error %v", metadata, err)
			}
		})
	}
}

// PyTorch computes what the files say, to 1e-5 in float32.
func TestExportInPyTorch(t *testing.T) {
	loader, err := filepath.Abs("peers/load_vapoflow.py")
	if err != nil {
		t.Fatal(err)
	}
	if err := exec.Command("python3", "-c", "import torch, safetensors").Run(); err != nil {
		t.Skip("python3 with torch and safetensors is not there (pip install torch safetensors): TestExport compares with their numbers")
	}
	isolate(t)
	out, err := exec.Command("python3", append([]string{loader}, exportAll(t)...)...).CombinedOutput()
	t.Logf("%s", out)
	if err != nil || strings.Count(string(out), "relative difference") != 2*len(exports) {
		t.Error(err)
	}
}

func TestExportErrors(t *testing.T) {
	isolate(t)
	for _, c := range []struct {
		args string
		code int
		want []string
	}{
		{"--out m.safetensors", 2, []string{"--run"}},
		{"--run oracle:ring8 --out m.safetensors", 2, []string{"oracle:ring8", "formula"}},
		{"--run nonesuch --out m.safetensors", 2, []string{"export", "nonesuch", "no such run"}},
		{"--run nonesuch --out m.pt", 2, []string{"m.pt", ".safetensors"}},
	} {
		code, stdout, stderr := command(t, strings.Fields("export "+c.args)...)
		if code != c.code || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, want %d\n%s%s", c.args, code, c.code, stdout, stderr)
		}
		for _, want := range c.want {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: %q is not in: %s", c.args, want, stderr)
			}
		}
	}
}
