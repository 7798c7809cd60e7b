package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/spf13/cobra"

	"vapoflow/experiments/record"
	"vapoflow/experiments/safetensors"
	"vapoflow/experiments/trained"
	"vapoflow/experiments/usage"
	"vapoflow/internal/atomicfile"
	"vapoflow/internal/numbers"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/potential"
)

func (a *app) exportCommand() *cobra.Command {
	var o trained.Reference
	var out string
	cmd := &cobra.Command{
		Use:   "export --run RUN --out FILE.safetensors | FOLDER",
		Short: "The weights of a trained potential: as safetensors for PyTorch and others, or a folder in float16",
		Long: `Writes a trained potential to one file. RUN is a run, its folder or its name below results/runs, or a model's folder.

The arrays are float32: the weights as they sample and score, the moving average (EMA) of the training's; with base=gaussian also
gaussian.mean, .variance and .axis_0, ... of the Gaussian. Dense kernels are [in, out], convolution kernels [height, width, in, out],
images [batch, height, width, channels] in [-1, 1]. The metadata, all text:
  schema            version of config's keys
  config, shape     the configuration and the shape of one example, as JSON
  homotopy          the path's name, omega, sigma, c and kappa0, as JSON
  weights_sha256    as in the run's manifest
  run               its name
check.x [4, ...], check.s [4] and, in float64, check.phi [4] and check.grad [4, ...] are Φ and ∇Φ at four samples of the prior: whoever
reads the file can tell that they compute the same. experiments/peers/load_vapoflow.py does, in PyTorch.

With a FOLDER, writes model.json and weights.npz there, the trained weights in float16 (an error of 2⁻¹¹ at half the size), which
--run takes as it takes any model's folder: the form in which models ship.`,
		Example: `  experiments export --run fig2-cpu-best-seed0 --out model.safetensors
  experiments export --run fig2-cpu-best-seed0 --out model-to-share
  python3 experiments/peers/load_vapoflow.py model.safetensors      what it holds, and how far PyTorch is from us`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.export(o, out) },
	}
	addRun(cmd, &o, "what is written: a run, a model's folder or pretrained:NAME")
	cmd.Flags().StringVar(&out, "out", "", "the .safetensors file or the folder to write")
	return cmd
}

func (a *app) export(o trained.Reference, out string) error {
	switch {
	case o.Run == "":
		return usage.Errorf("export: --run is missing: a run or a model's folder")
	case strings.HasPrefix(o.Run, trained.OraclePrefix):
		return usage.Errorf("export: --run %s is a formula without weights; give a run or a model's folder", o.Run)
	case out == "" || filepath.Ext(out) != "" && !strings.EqualFold(filepath.Ext(out), ".safetensors"):
		return usage.Errorf("export: --out %q: give a name that ends in .safetensors, or a folder's", out)
	}
	open, err := o.Locate()
	if err != nil {
		return err
	}
	if err := record.CheckOut(filepath.Dir(out)); err != nil {
		return fmt.Errorf("--out %s: %w", out, err)
	}
	by, err := open(backend.Host())
	if err != nil {
		return err
	}
	if filepath.Ext(out) == "" {
		if err := by.Model.SaveHalf(out); err != nil {
			return fmt.Errorf("--out %s: %w", out, err)
		}
		a.Say("export: %s: %s with its weights in float16", out, by.Name)
		return nil
	}
	arrays, count, err := exported(by.Model.Store)
	if err != nil {
		return err
	}
	metadata, err := exportedMetadata(by)
	if err != nil {
		return err
	}
	if err := addCheck(arrays, by.Model); err != nil {
		return fmt.Errorf("export: computing the values to check by: %w", err)
	}
	err = atomicfile.Write(out, func(f *os.File) error { return safetensors.Write(f, metadata, arrays) })
	if err != nil {
		return fmt.Errorf("--out %s: %w", out, err)
	}
	a.Say("export: %s: %d numbers of %s", out, count, by.Name)
	return nil
}

// exported are a model's variables, by names with dots, as others have them: "rest.hidden_0.dense.weights".
func exported(store *model.Store) (arrays map[string]*tensors.Tensor, count int, err error) {
	arrays = map[string]*tensors.Tensor{}
	for v := range store.IterVariables() {
		name, ours := strings.CutPrefix(v.Path(), "/"+potential.Scope+"/")
		if !ours { // a random state, in a model that was never saved
			continue
		}
		value, err := v.Value()
		if err != nil {
			return nil, 0, fmt.Errorf("export: reading weight %s: %w", v.Path(), err)
		}
		arrays[strings.ReplaceAll(name, "/", ".")] = value
		count += value.Size()
	}
	return arrays, count, nil
}

// exportedMetadata is all text about a model.
func exportedMetadata(by *trained.Potential) (map[string]string, error) {
	m := by.Model
	path, err := exportedPath(m)
	if err != nil {
		return nil, err
	}
	hash, err := vapo.WeightsSHA256(m.Store)
	if err != nil {
		return nil, err
	}
	asJSON := func(value any) string {
		text, _ := json.Marshal(value) // numbers and strings always encode
		return string(text)
	}
	metadata := map[string]string{
		"schema": strconv.Itoa(m.Config.Schema), "config": asJSON(m.Config), "shape": asJSON(m.Shape), "weights_sha256": hash,
		"homotopy": path,
	}
	if by.Run != nil {
		metadata["run"] = by.Run.Name
	}
	return metadata, nil
}

// exportedPath is the homotopy's name, its numbers, and ω, the prior's standard deviation, as JSON.
func exportedPath(m *vapo.Model) (string, error) {
	start, err := homotopy.Evaluate(backend.Host(), m.Homotopy, []float64{0})
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(m.Homotopy) // its options
	if err != nil {
		return "", fmt.Errorf("export: %v has no JSON: %w", m.Homotopy, err)
	}
	path := map[string]any{}
	if err := json.Unmarshal(text, &path); err != nil {
		return "", fmt.Errorf("export: %v as JSON is no object: %w", m.Homotopy, err)
	}
	path["name"], path["omega"] = m.Config.Homotopy, start[0].Sd()
	text, err = json.Marshal(path)
	return string(text), err
}

// addCheck adds Φ and ∇Φ at four samples of the prior and as many s, in float64.
func addCheck(arrays map[string]*tensors.Tensor, m *vapo.Model) error {
	s := []float32{0.0625, 0.375, 0.6875, 0.9375}
	x, err := m.Prior(0, 0, len(s))
	if err != nil {
		return err
	}
	onHost := m.With(m.Potential)
	onHost.Backend = backend.Host()
	exec, err := onHost.Compile(dtypes.Float64, func(at potential.Function, in []*graph.Node) []*graph.Node {
		phi, grad := at(in[0], in[1])
		return []*graph.Node{phi, grad}
	})
	if err != nil {
		return err
	}
	defer exec.Finalize()
	out, err := exec.Call(numbers.Tensor(dtypes.Float64, numbers.Flat(x), x.Shape().Dimensions...), numbers.Wide(s))
	if err != nil {
		return err
	}
	arrays["check.x"], arrays["check.s"] = x, tensors.FromValue(s)
	arrays["check.phi"], arrays["check.grad"] = out[0], out[1]
	return nil
}
