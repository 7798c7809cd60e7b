package paper_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/vapo/dataset"
)

// Without any data an image element draws from the weights that ship, and its record says so; one that needs the data says how to get it.
func TestElementsDrawFromWeightsThatShip(t *testing.T) {
	env := testEnv(t, "samples=1", "solver=euler", "solver_steps=1")
	env.Preset, env.Strict = "quick", true
	dir, err := paper.Run(context.Background(), "fig3", env)
	if err != nil {
		t.Fatal(err)
	}
	m, err := record.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(m.Config), `"pretrained:celeba"`) || m.WeightsSHA256 == "" || !strings.Contains(strings.Join(m.Notes, " "), "those that ship") {
		t.Errorf("config %s, weights %q, notes %q", m.Config, m.WeightsSHA256, m.Notes)
	}
	if _, err := paper.Run(context.Background(), "fig4", env); !errors.Is(err, dataset.ErrMissing) || !strings.Contains(err.Error(), "data fetch cifar10") {
		t.Errorf("Figure 4 needs the images: %v", err)
	}
}

// A changed setting of the training asks for a training, unless the model was chosen by name.
func TestChangedTrainingIsTrained(t *testing.T) {
	for changes, trains := range map[string]bool{"steps=3": true, "model=train": true, "seed=3": false, "steps=3 model=pretrained:celeba": false} {
		env := testEnv(t, append(strings.Fields(changes), "samples=1", "solver=euler", "solver_steps=1")...)
		env.Preset, env.Strict = "quick", true
		_, err := paper.Run(context.Background(), "fig3", env) // without data a training cannot begin
		if errors.Is(err, dataset.ErrMissing) != trains {
			t.Errorf("%s: %v, want a training: %v", changes, err, trains)
		}
	}
	env := testEnv(t, "model=pretrained:imagenet")
	if _, err := paper.Run(context.Background(), "fig3", env); err == nil || !strings.Contains(err.Error(), "pretrained:cifar10") {
		t.Errorf("a model that does not ship: %v", err)
	}
}
