package vapo_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/named"
	"vapoflow/vapo/optimizer"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/times"
)

// Pieces with a small edit.
type (
	editedPath struct {
		Omega float64 `json:"omega"`
		Sigma float64 `json:"sigma"`
	}
	editedPotential struct {
		Width int `json:"width"`
		Depth int `json:"depth"`
	}
	editedLoss    struct{ loss.Alignment }
	editedTimes   struct{ times.Stratified }
	editedDescent struct{ optimizer.Adam }
	editedMuon    struct{ optimizer.Muon }
)

func (e editedPath) At(s *graph.Node) homotopy.Coefficients {
	return homotopy.Posterior{Omega: e.Omega, Sigma: 1.1 * e.Sigma}.At(s)
}

func (e editedPotential) Value(scope *model.Scope, x, s *graph.Node) *graph.Node {
	return graph.Add(potential.MLP{Width: e.Width, Depth: e.Depth}.Value(scope, x, s), graph.MulScalar(s, 0.05))
}

func (e editedLoss) Value(p homotopy.Point, at potential.Function) *graph.Node {
	return graph.MulScalar(e.Alignment.Value(p, at), 0.99)
}

func (e editedTimes) Draw(rng *rand.Rand, s []float32) {
	e.Stratified.Draw(rng, s)
	s[0] *= 0.9
}

func (e editedDescent) Update(scope *model.Scope, vars []*model.Variable, grads []*graph.Node, rate *graph.Node) {
	e.Adam.Update(scope, vars, grads, graph.MulScalar(rate, 1.01))
}

func (e editedMuon) Update(scope *model.Scope, vars []*model.Variable, grads []*graph.Node, rate *graph.Node) {
	e.Ratio = 11
	e.Muon.Update(scope, vars, grads, rate)
}

// edit puts another piece under a name for the rest of a test.
func edit[T any](t *testing.T, list *named.List[T], name string, piece T) {
	whole := *list
	t.Cleanup(func() { *list = whole })
	*list = named.New(whole.Kind(), named.Entries[T]{{Name: name, Summary: whole.Summary(name), Value: piece}})
}

// What a piece trained is not loaded once it was edited under its name: a word says which it is, and it is trained again.
func TestEditedPieceTrainsAnew(t *testing.T) {
	for kind, change := range map[string]func(t *testing.T){
		"homotopy":             func(t *testing.T) { edit(t, &homotopy.List, "posterior", homotopy.Homotopy(editedPath{})) },
		"potential":            func(t *testing.T) { edit(t, &potential.List, "mlp", potential.Potential(editedPotential{})) },
		"loss":                 func(t *testing.T) { edit(t, &loss.List, "alignment", loss.Loss(editedLoss{})) },
		"times":                func(t *testing.T) { edit(t, &times.List, "stratified", times.Law(editedTimes{})) },
		"optimizer":            func(t *testing.T) { edit(t, &optimizer.List, "adam", optimizer.Optimizer(editedDescent{})) },
		"optimizer of kernels": func(t *testing.T) { edit(t, &optimizer.List, "muon", optimizer.Optimizer(editedMuon{})) },
	} {
		t.Run(kind, func(t *testing.T) {
			c := small()
			c.Steps, c.Times = 2, "stratified"
			if kind == "optimizer of kernels" {
				c.Optimizer = "muon"
			}
			data, dir := open(t, c), t.TempDir()
			train := func() (m *vapo.Model, said string) {
				t.Helper()
				m, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{Resume: true, Say: func(line string) { said += line }})
				if err != nil {
					t.Fatal(err)
				}
				return m, said
			}
			train()
			if m, said := train(); !m.Loaded || said != "" {
				t.Fatalf("unedited: loaded %t, said %q", m.Loaded, said)
			}
			change(t)
			m, said := train()
			if m.Loaded || !strings.Contains(said, "code was edited since: at the same input, "+kind+" gives ") ||
				!strings.Contains(said, ".edited-") {
				t.Fatalf("edited: loaded %t, said %q", m.Loaded, said)
			}
			if m, said := train(); !m.Loaded || said != "" {
				t.Errorf("trained again after the edit: loaded %t, said %q", m.Loaded, said)
			}
		})
	}
}

// Half a training is not continued by an edited piece.
func TestEditedPieceDoesNotResume(t *testing.T) {
	c, data, dir := small(), open(t, small()), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := vapo.TrainOrLoad(ctx, backend.Host(), dir, c, data, vapo.Run{Observe: func(p vapo.Progress) {
		if p.Step == 3 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	edit(t, &loss.List, "alignment", loss.Loss(editedLoss{}))
	said, first := "", -1
	_, err = vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{
		Resume: true, Say: func(line string) { said += line },
		Observe: func(p vapo.Progress) {
			if first < 0 {
				first = p.Step
			}
		},
	})
	if err != nil || first != 1 || !strings.Contains(said, "loss gives ") {
		t.Errorf("began at step %d, said %q (%v)", first, said, err)
	}
}

// A model whose weights would be read by other code is refused, and one from before behaviours were noted is not.
func TestEditedPotentialIsNotLoaded(t *testing.T) {
	c := small()
	c.Steps = 2
	whole, err := vapo.TrainOrLoad(t.Context(), backend.Host(), t.TempDir(), c, open(t, c), vapo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	edit(t, &potential.List, "mlp", potential.Potential(editedPotential{}))
	if _, err := vapo.Load(backend.Host(), whole.Dir); err == nil || !strings.Contains(err.Error(), "potential gives ") {
		t.Errorf("loaded by an edited potential: %v", err)
	}
	path := filepath.Join(whole.Dir, "model.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	older := regexp.MustCompile(`(?s),\s*"behaviour": \{.*?\},\s*"seal": "\w+"`).ReplaceAll(text, nil)
	if err := os.WriteFile(path, older, 0o644); err != nil || len(older) == len(text) {
		t.Fatal(err)
	}
	if _, err := vapo.Load(backend.Host(), whole.Dir); err != nil {
		t.Errorf("an older model: %v", err)
	}
}

// Roundings of bfloat16 are no edit: with other processors they differ as much as one.
func TestBFloat16HasNoValues(t *testing.T) {
	c := small()
	c.Data, c.ImageSize, c.Homotopy, c.Potential, c.Width, c.Depth, c.Steps, c.Batch = "uniform", 8, "straight", "resnet", 4, 1, 1, 2
	for _, half := range []string{"false", "true"} {
		c.Options, _ = c.Options.With("potential.bfloat16", []byte(half))
		m, err := vapo.TrainOrLoad(t.Context(), backend.Host(), t.TempDir(), c, open(t, c), vapo.Run{})
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(m.Dir, "model.json"))
		if noted := strings.Contains(string(text), `"potential": "0 0 `); err != nil || noted != (half == "false") {
			t.Errorf("bfloat16 %s: noted %t: %v\n%s", half, noted, err, text)
		}
	}
}
