package desk

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/measure"
	"vapoflow/experiments/paper"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/pretrained"
)

// Element is a figure or table of the paper with the choices of a notebook, whose settings are its fields.
type Element struct {
	paper.Settings
	Missing error // data that are not found; images drawn by formula stand in where they would be trained on

	id, preset string
	changes    []string
	shipped    *vapo.Model // nil where it is trained
	trained    *vapo.Model // once it is
}

// NewElement is the element of an id at a preset, with choices as --set takes them: "homotopy=straight". Its model has the
// weights that ship where the command line uses them, that is unless a choice asks for another training.
func NewElement(id, preset string, choices ...string) *Element {
	e := &Element{id: id, preset: preset, Settings: Must(Must(paper.Lookup(id)).Settings(preset, "best"))}
	for _, choice := range choices {
		before := e.Settings
		Check(e.Apply([]paper.Change{Must(paper.ParseSet(choice))}))
		if e.Settings.String() == before.String() { // the element's own
			continue
		}
		e.changes = append(e.changes, choice)
		if training(e.Config) != training(before.Config) {
			e.Settings.Model = "train"
		}
	}
	var data string
	data, e.Missing = Find(e.Config.Data)
	if name, ships := strings.CutPrefix(e.Settings.Model, pretrained.Prefix); ships {
		e.shipped = Must(vapo.LoadFS(backend.Host(), Must(pretrained.Files(name))))
		seed := e.Seed
		e.Config = e.shipped.Config
		e.Seed = seed
	} else if e.Missing != nil {
		e.Config.Data = data
		e.changes = append(e.changes, "data="+data)
	}
	Check(e.Validate())
	return e
}

// training tells trainings apart; the weights that ship have no other seed.
func training(c vapo.Config) string {
	c.Seed = 0
	text, _ := json.Marshal(c) // a struct of numbers and texts always encodes
	return string(text)
}

// Open gives a split of the element's data.
func (e *Element) Open(split string) dataset.Dataset { return Must(Open(e.Config, split)) }

// ShowData shows the first n training images, or says where data were looked for and how to get them.
func (e *Element) ShowData(n int) {
	if e.Missing != nil {
		fmt.Println(e.Missing)
	}
	if e.Missing == nil || e.shipped == nil {
		data := e.Open("train")
		Images(Batch(data, 0, n), data.Info().Title)
	}
}

// Trained is the element's model: with the weights that ship, or trained once and watched.
func (e *Element) Trained() *vapo.Model {
	if e.shipped == nil {
		if e.trained == nil {
			e.trained = Must(Train(Context(), e.Config, e.Open("train")))
		}
		return e.trained
	}
	fmt.Printf("the weights are those that ship, %s\n", e.Settings.Model)
	e.shipped.Backend = Must(Backend())
	return e.shipped
}

// Key is what measurements of the element's model hang on, for [Cached]: its settings and its weights, which it trains where they
// are not there.
func (e *Element) Key() any {
	m := e.shipped
	if m == nil {
		m = e.Trained()
	}
	return []any{e.Settings, Weights(m)}
}

// Weights names a model's weights.
func Weights(m *vapo.Model) string { return Must(vapo.WeightsSHA256(m.Store)) }

// Samples are the samples first ≤ i < first+n of the element's model, solver and seed, [n, shape...], and the evaluations of ∇Φ
// that each took. They are kept for each backend, and the same images as those of the record that was made on it.
func (e *Element) Samples(first, n int) (x *tensors.Tensor, nfe int) {
	type drawn struct {
		Pixels []float32
		Shape  []int
		NFE    int
	}
	kept := Must(Cached("samples", []any{e.Key(), first, n, backend.NameOf(Must(Backend()))}, func() (out drawn, err error) {
		m := e.Trained()
		sampler, err := m.NewSampler(Context(), Must(e.NewSolver()), e.Seed, paper.SampleBatch(m.Dim()))
		if err != nil {
			return out, err
		}
		err = sampler.Draw(Context(), first, n, func(_ int, x []float32) error {
			out.Pixels = append(out.Pixels, x...)
			return nil
		})
		out.Shape, out.NFE = append([]int{n}, m.Shape...), sampler.NFE
		return out, err
	}))
	return tensors.FromFlatDataAndDimensions(kept.Pixels, kept.Shape...), kept.NFE
}

// Run runs the element as the command line does, in its folders and with the same model, and shows its record.
func (e *Element) Run() {
	env := paper.Env{
		Backend: Must(backend.New("")), Out: Results(), DataRoot: DataRoot(), Inception: os.Getenv(measure.InceptionEnv),
		Preset: e.preset, Recipe: "best", Resume: true, Command: "notebook",
		Watch: func(name string, _ int) (observe func(vapo.Progress), done func()) { return Watch(name), func() {} },
		Say:   func(line string) { fmt.Println(line) },
	}
	for _, change := range e.changes {
		env.Changes = append(env.Changes, Must(paper.ParseSet(change)))
	}
	showRecord(Must(paper.Run(Context(), e.id, env)))
}

// Pretrained is a model whose weights ship with the program: "cifar10", "celeba".
func Pretrained(name string) *vapo.Model {
	return Must(vapo.LoadFS(Must(Backend()), Must(pretrained.Files(name))))
}
