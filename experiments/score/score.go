// Package score evaluates a potential at the user's inputs: Φ, ∇Φ, log-densities and out-of-distribution scores.
package score

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"vapoflow/experiments/console"
	"vapoflow/experiments/record"
	"vapoflow/experiments/trained"
	"vapoflow/experiments/usage"
)

// Options say what is scored, and how.
type Options struct {
	trained.Reference
	Input      string  // an .npz or .npy file, or a folder of images
	Out        string  // the .npz file of the scores
	DataRoot   string  // folder of the data sets, for the references
	S          float64 // clock of Φ and of what comes of it, in (0, 1]
	Flow       bool    // the log-density by the flow too
	Tolerance  float64 // of the flow's integration; 0 is the default
	Probes     int     // of the divergence; 0 is exact up to density.ExactLimit dimensions
	Batch      int     // inputs at a time; 0 is the default
	References int     // training examples that anchor; 0 is the default
	Seed       uint64  // of the probes and of the references' noise
}

// Check finds wrong use before anything is opened.
func (o Options) Check() error {
	for _, flag := range []struct{ name, value, what string }{
		{"run", o.Run, "a run, a model's folder or oracle:ring8"},
		{"input", o.Input, "an .npz or .npy file or a folder of images"},
		{"out", o.Out, "the .npz file to write"},
	} {
		if flag.value == "" {
			return usage.Errorf("score: --%s is missing: %s", flag.name, flag.what)
		}
	}
	if !(o.S > 0 && o.S <= 1) {
		return usage.Errorf("score: --s %g is outside (0, 1]: at s = 0, the prior, Φ says nothing of the data", o.S)
	}
	if !(o.Tolerance >= 0 && o.Tolerance < 1) {
		return usage.Errorf("score: --tolerance %g must lie in (0, 1); 1e-5 is usual", o.Tolerance)
	}
	for name, n := range map[string]int{"probes": o.Probes, "batch": o.Batch, "references": o.References} {
		if n < 0 {
			return usage.Errorf("score: --%s %d must be positive, or 0 for the default", name, n)
		}
	}
	if !strings.EqualFold(filepath.Ext(o.Out), ".npz") {
		return usage.Errorf("score: --out %s: the scores are an .npz file; give it a name that ends so", o.Out)
	}
	if in, err := os.Stat(o.Input); err == nil {
		if out, err := os.Stat(o.Out); err == nil && os.SameFile(in, out) {
			return usage.Errorf("score: --out %s would replace the input; give it another name", o.Out)
		}
	}
	return nil
}

// CheckWritable says in time that the scores will find no place.
func (o Options) CheckWritable() error {
	if err := record.CheckOut(filepath.Dir(o.Out)); err != nil {
		return fmt.Errorf("--out %s: %w", o.Out, err)
	}
	if stat, err := os.Stat(o.Out); err == nil && stat.IsDir() {
		return fmt.Errorf("--out %s is a folder; name a file in it", o.Out)
	}
	return nil
}

// Run scores the inputs by a potential and writes the file.
func Run(ctx context.Context, o Options, named *trained.Potential, c *console.Console) error {
	by, err := scoredBy(named, o.DataRoot)
	if err != nil {
		return err
	}
	in, err := openInputs(o.Input, o.DataRoot, by)
	if err != nil {
		return err
	}
	job := newScoring(o, by, in)
	if err := job.checkMemory(); err != nil {
		return usage.Errorf("score: %w", err)
	}
	c.Say("score: x %v by %s", append([]int{in.info.Len}, in.info.Shape...), by.name)
	c.Say("score: references: %d examples of %s", job.references, by.data.Info().Title)
	arrays, err := job.run(ctx, c.Count("score"))
	if err != nil {
		return fmt.Errorf("score: %w", err)
	}
	if err := record.WriteArrays(o.Out, arrays); err != nil {
		return err
	}
	for _, line := range job.summary() {
		c.Say("  %s", line)
	}
	c.Say("score: scores in %s", o.Out)
	return nil
}
