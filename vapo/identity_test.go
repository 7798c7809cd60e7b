package vapo_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/potential"
)

// A folder that holds the training of one model does not give its weights to another: the error names what differs.
func TestFolderIsOfOneTraining(t *testing.T) {
	type parts struct {
		homotopy  homotopy.Homotopy
		potential potential.Potential
		loss      loss.Loss
		data      dataset.Dataset
		training  vapo.Training
	}
	points := func(x float64) dataset.Dataset {
		set, err := dataset.Points("mine", [][]float64{{x, 1}, {0, 1}})
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	path := func(sigma float64) homotopy.Homotopy {
		h := homotopy.Posterior{Omega: 1, Sigma: sigma}
		return h
	}
	training := vapo.DefaultTraining()
	training.Steps, training.Batch, training.Warmup, training.Decay = 3, 4, 0, "constant"
	dir, ctx := t.TempDir(), t.Context()
	try := func(change func(*parts), run vapo.Run) (*vapo.Model, error) {
		p := parts{path(0.01), potential.MLP{Width: 8, Depth: 1}, loss.Alignment{}, points(0), training}
		change(&p)
		m := &vapo.Model{Flow: flow.Flow{Backend: backend.Host(), Homotopy: p.homotopy, Potential: p.potential, Shape: []int{2}}}
		run.Dir = dir
		return m, vapo.Train(ctx, m, p.loss, p.data, p.training, run)
	}
	same := func(*parts) {}
	m, err := try(same, vapo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	if log, err := m.Log(); err != nil || len(log) != 3 || m.Dir != dir {
		t.Errorf("the log of a model composed by hand: %v, %v in %q", log, err, m.Dir)
	}
	for want, change := range map[string]func(*parts){
		"loss loss.Alignment": func(p *parts) { p.loss = loss.VarianceReduced{} },
		"homotopy ":           func(p *parts) { p.homotopy = path(0.02) },
		"Width:8":             func(p *parts) { p.potential = potential.MLP{Width: 9, Depth: 1} },
		"data mine":           func(p *parts) { p.data = points(2) },
		"seed 0, here 1":      func(p *parts) { p.training.Seed = 1 },
		"learning_rate 0.001": func(p *parts) { p.training.LearningRate = 2e-3 },
		"steps 3, here 2":     func(p *parts) { p.training.Steps = 2 },
		"steps 3, here 6":     func(p *parts) { p.training.Steps, p.training.Decay = 6, "cosine" },
	} {
		if _, err := try(change, vapo.Run{Resume: true}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := try(same, vapo.Run{Resume: true}); err != nil {
		t.Errorf("the same training: %v", err)
	}
	if _, err := try(func(p *parts) { p.training.Steps = 5 }, vapo.Run{Resume: true}); err != nil {
		t.Errorf("more steps at a constant rate: %v", err)
	}
	if _, err := try(func(p *parts) { p.loss = loss.VarianceReduced{} }, vapo.Run{}); err != nil {
		t.Errorf("another loss that begins anew: %v", err)
	}
	// Checkpoints that nothing names are of no training.
	if err := os.WriteFile(filepath.Join(dir, "identity.json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	resumed, said := -1, ""
	_, err = try(same, vapo.Run{Resume: true, Observe: func(p vapo.Progress) { resumed = p.Resumed }, Say: func(line string) { said += line }})
	if err != nil || resumed != 0 || !strings.Contains(said, "set aside") {
		t.Errorf("checkpoints without an identity are resumed at step %d: %v, %q", resumed, err, said)
	}
	// One that begins anew and is cut short leaves nothing of the training before for the next to resume.
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	other := func(p *parts) { p.loss = loss.Averaged{} }
	ctx = stopped
	if _, err := try(other, vapo.Run{}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "checkpoint.npz")); err != nil { // as if it had been killed
		t.Fatal(err)
	}
	ctx = t.Context()
	began := -1
	if _, err := try(other, vapo.Run{Resume: true, Observe: func(p vapo.Progress) { began = p.Resumed }}); err != nil || began != 0 {
		t.Errorf("resumed at step %d of another training: %v", began, err)
	}
}
