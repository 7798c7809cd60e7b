package vapo_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/solver"
)

// The README's example: it is compiled here, and TestREADME keeps the two the same. It trains for
// half a minute, so that it is not run; ExampleTrain is.
func Example() {
	ctx := context.Background()
	path := homotopy.Posterior{Omega: 1, Sigma: 0.01}
	data, _ := dataset.Open("ring8", dataset.Options{})
	choice, _ := backend.New("auto")
	m := &vapo.Model{Flow: flow.Flow{Backend: choice.Backend, Homotopy: path, Potential: potential.MLP{}, Shape: []int{2}}}
	trained := vapo.Train(ctx, m, loss.Alignment{}, data, vapo.DefaultTraining(), vapo.Run{})
	samples, drawn := m.Sample(ctx, solver.Adaptive{}, 1, 0, 1000) // seed 1, samples 0 to 999
	excess, measured := mixture.Excess(ctx, &m.Flow, mixture.Ring8(), 16384, 1)
	fmt.Println(samples.NFE, excess.Overall, errors.Join(trained, drawn, measured))
}

func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(readme), "```go\n")
	block, _, closed := strings.Cut(block, "```")
	if !found || !closed {
		t.Fatal("the README has no Go example")
	}
	source, err := os.ReadFile("readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(source), "\t"+strings.ReplaceAll(strings.TrimSpace(block), "\n", "\n\t")) {
		t.Errorf("the README's example is not the one compiled in readme_test.go:\n%s", block)
	}
}
