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
		if p.Kind == "homotopy" || p.Kind == "loss" {
			fmt.Println(p.Kind, p.Name)
		}
	}
	// Output:
	// homotopy posterior
	// homotopy linear
	// homotopy straight
	// loss alignment
	// loss averaged
	// loss variance-reduced
	// loss covariance
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
			_, err = solver.ByName(p.Name)
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
	for _, kind := range []string{"homotopy", "potential", "loss", "times", "solver", "data"} {
		if seen[kind] == 0 {
			t.Errorf("no %s is listed", kind)
		}
	}
}
