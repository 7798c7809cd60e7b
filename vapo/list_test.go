package vapo_test

import (
	"errors"
	"fmt"
	"testing"

	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/solver"
)

func ExamplePieces() {
	for _, p := range vapo.Pieces() {
		if p.Name == "mlp" || p.Name == "rk4" {
			fmt.Println(p)
		}
	}
	// Output:
	// potential  mlp               fully connected network for points [batch, d]; potential.frequencies=0
	// solver     rk4               classical Runge–Kutta: order 4, evaluations per step 4
}

// What is listed can be chosen, under its kind.
func TestPiecesCanBeChosen(t *testing.T) {
	seen := map[string]int{}
	for _, p := range vapo.Pieces() {
		seen[p.Kind]++
		if p.Summary == "" {
			t.Errorf("%s %s has no summary", p.Kind, p.Name)
		}
		c := vapo.DefaultConfig()
		var err error
		switch p.Kind {
		case "homotopy":
			c.Homotopy = p.Name
		case "potential":
			c.Potential = p.Name
		case "loss":
			c.Loss = p.Name
		case "optimizer":
			c.Optimizer = p.Name
		case "times":
			c.Times = p.Name
		case "solver":
			_, err = solver.List.Find(p.Name)
		case "data":
			c.Data = p.Name
			if _, err = c.Open("", "train"); errors.Is(err, dataset.ErrMissing) {
				err = nil // a name it knows, without the files
			}
		default:
			t.Errorf("%s %s: no setting takes that", p.Kind, p.Name)
		}
		if err == nil {
			err = c.Validate()
		}
		if err != nil {
			t.Errorf("%s %s: %v", p.Kind, p.Name, err)
		}
	}
	if len(seen) != 7 {
		t.Errorf("kinds %v, want seven", seen)
	}
}
