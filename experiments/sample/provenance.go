package sample

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"vapoflow/experiments/record"
	"vapoflow/experiments/trained"
	"vapoflow/experiments/usage"
	"vapoflow/internal/atomicfile"
	"vapoflow/vapo"
	"vapoflow/vapo/solver"
)

// provenance is how samples were drawn: with an index, all that decides one.
type provenance struct {
	Run      string          `json:"run"`            // as it was named
	Weak     string          `json:"weak,omitempty"` // likewise
	Homotopy string          `json:"homotopy"`
	Decides  decides         `json:"decides"`
	Grid     []float64       `json:"grid"` // s at the ends of the steps
	NFE      int             `json:"nfe"`  // evaluations of ∇Φ for each sample
	Versions record.Versions `json:"versions"`
}

// decides is what two drawings must share for their samples to be one set.
type decides struct {
	Weights   string  `json:"weights"`            // sha256, or the oracle
	Guidance  float64 `json:"guidance,omitempty"` // away from the weak potential, whose weights are among those
	Seed      int64   `json:"seed"`
	Solver    string  `json:"solver"`
	Steps     int     `json:"steps,omitempty"`     // equal ones
	Tolerance float64 `json:"tolerance,omitempty"` // of adaptive ones
	Reference int     `json:"reference,omitempty"` // samples 0 ≤ i < reference whose adaptive steps are the grid
	Recorded  bool    `json:"recorded,omitempty"`  // the grid is that of the run's record
	Batch     int     `json:"batch"`
	Backend   string  `json:"backend"`
}

// provenanceFile is the provenance's name beside PNGs and within an .npz.
const provenanceFile = "sampling.json"

// method is the solver that the flags ask for, its default tolerance that of points or images.
func (o Options) method(image bool) (solver.Tableau, solver.Solver, error) {
	name := cmp.Or(o.Solver, solver.DormandPrince5.Name)
	if image { // "run nfe" shows why
		name = cmp.Or(o.Solver, solver.BogackiShampine.Name)
	}
	options := solver.Options{Steps: o.Steps, RTol: o.Tolerance, ATol: o.Tolerance}
	t, err := solver.List.Find(name)
	if err != nil {
		return t, nil, usage.Errorf("sample: --solver: %v", err)
	}
	if image && t.Adaptive() && o.Steps == 0 && o.Tolerance == 0 {
		options.RTol, options.ATol = 1e-3, 1e-3
	}
	with, err := solver.New(name, options)
	if err != nil {
		return t, nil, usage.Errorf("sample: --solver %s, --steps %d, --tolerance %g: %v", name, o.Steps, o.Tolerance, err)
	}
	return t, with, nil
}

// newProvenance resolves the flags. An adaptive solver's grid is left to be found.
func newProvenance(o Options, by *trained.Potential, backend string) (provenance, solver.Solver, error) {
	image := len(by.Model.Shape) == 3
	size := 256
	switch { // of images as many as the paper's figures draw at once: theirs are the same to the last bit
	case image && by.Model.Shape[0]*by.Model.Shape[1]*by.Model.Shape[2] > 32*32*3:
		size = 8
	case image:
		size = 16
	}
	r := provenance{Run: o.Run, Homotopy: fmt.Sprint(by.Model.Homotopy), Versions: record.Program()}
	r.Decides = decides{Weights: by.Name, Seed: o.Seed, Batch: cmp.Or(o.Batch, size), Backend: backend}
	if !by.Exact {
		hash, err := vapo.WeightsSHA256(by.Model.Store)
		if err != nil {
			return r, nil, err
		}
		r.Decides.Weights = "sha256:" + hash
		if o.Weak != "" {
			r.Weak, r.Decides.Guidance = o.Weak, o.Guidance
		}
	}
	t, with, err := o.method(image)
	if err != nil {
		return r, nil, err
	}
	if own := o.Solver == "" && o.Steps == 0 && o.Tolerance == 0; own && by.Run != nil && len(by.Run.Grid) > 0 {
		var settings struct{ Solver string }
		if err := json.Unmarshal(by.Run.Config, &settings); err != nil {
			return r, nil, fmt.Errorf("sample: the configuration of %s: %w", o.Run, err)
		}
		if t, err = solver.List.Find(settings.Solver); err != nil {
			return r, nil, fmt.Errorf("sample: the run %s: %w; give --solver", o.Run, err)
		}
		r.Decides.Recorded = true
		r.setGrid(t, by.Run.Grid)
	} else if adaptive, ok := with.(solver.Adaptive); ok {
		r.Decides.Tolerance, r.Decides.Reference = cmp.Or(adaptive.RTol, solver.DefaultTolerance), size
	} else {
		r.Decides.Steps = cmp.Or(o.Steps, solver.DefaultSteps)
		grid := make([]float64, r.Decides.Steps+1)
		for i := range grid {
			grid[i] = float64(i) / float64(r.Decides.Steps)
		}
		r.setGrid(t, grid)
	}
	r.Decides.Solver = t.Name
	return r, with, nil
}

// setGrid fixes the steps.
func (r *provenance) setGrid(t solver.Tableau, grid []float64) {
	r.Grid = grid
	r.NFE = (len(grid) - 1) * t.Stages()
	if t.FSAL() { // the last stage of a step is the first of the next
		r.NFE = (len(grid)-1)*(t.Stages()-1) + 1
	}
}

// String is how the steps came about.
func (r provenance) String() string {
	how := "equal steps"
	switch {
	case r.Decides.Recorded:
		how = "steps of the run's record"
	case r.Decides.Reference > 0:
		how = fmt.Sprintf("steps, adapted to %g on the first %d samples", r.Decides.Tolerance, r.Decides.Reference)
	}
	return fmt.Sprintf("%s, %d %s, %d evaluations of ∇Φ for each sample", r.Decides.Solver, len(r.Grid)-1, how, r.NFE)
}

func (r provenance) json() []byte {
	text, _ := json.MarshalIndent(r, "", "  ") // numbers and strings always encode
	return append(text, '\n')
}

// readProvenance reads that of a folder of samples; nil where the folder is empty.
func readProvenance(folder string) (*provenance, error) {
	text, err := os.ReadFile(filepath.Join(folder, provenanceFile))
	if errors.Is(err, fs.ErrNotExist) {
		entries, err := os.ReadDir(folder)
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), ".") { // another shard may be at work on a file
				return nil, fmt.Errorf("--out %s holds files, %s for one, and no %s: they are no samples to continue; give a "+
					"new folder", folder, e.Name(), provenanceFile)
			}
		}
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	var r provenance
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("--out %s: %s is damaged: %w; give a new folder", folder, provenanceFile, err)
	}
	return &r, nil
}

// join makes the provenance that of the folder: a new folder gets it, one with samples of the same provenance gives its grid.
func (r *provenance) join(folder string, find func() error) error {
	there, err := readProvenance(folder)
	if err != nil {
		return err
	}
	if there == nil {
		if err := find(); err != nil {
			return err
		}
		return atomicfile.WriteBytes(filepath.Join(folder, provenanceFile), r.json())
	}
	if there.Decides != r.Decides {
		was, _ := json.Marshal(there.Decides)
		is, _ := json.Marshal(r.Decides)
		return fmt.Errorf("--out %s holds samples drawn otherwise, by %s and not %s; give a new folder or the same flags",
			folder, was, is)
	}
	r.Grid, r.NFE = there.Grid, there.NFE
	return nil
}
