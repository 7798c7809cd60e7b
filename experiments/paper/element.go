package paper

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"vapoflow/experiments/element"
	"vapoflow/experiments/record"
	"vapoflow/vapo/named"
)

// Element is a figure or table of the paper.
type Element struct {
	ID    string // as the command line names it
	Title string
	steps
}

// steps are an element's own code.
type steps struct {
	settings func(preset, recipe string) Settings
	standIn  string // data used where that of the settings is not found, and labelled so; may be ""
	dataless bool   // can be drawn from weights that ship alone
	claim    func(preset string, s Settings) string
	// that its runs may have, in the order in which they are shown
	results []record.Quantity
	// trains or loads, and leaves results; its arrays, nil where it keeps them itself
	compute func(ctx context.Context, t *trial) (element.Data, error)
	draw    element.Drawing // from the record alone; nil where its tables are all
}

// elements lists the paper's figures and tables, and what goes beyond them: a new one is one file and one line here.
var elements = named.New("element", named.Entries[steps]{
	{"fig1", "Planar potential flow: ∇Φ over the approximate data likelihood", fig1},
	{"fig2", "Samples on CIFAR-10", sheetOf("cifar10", "drawn", "same protocol, smaller scale", [4]int{16, 64, 100, 100})},
	{"fig2-celeba", "Samples on CelebA 64", sheetOf("celeba", "", "same protocol, smaller scale", [4]int{8, 36, 64, 64})},
	{"fig3", "Interpolation between generated CelebA 64 samples",
		interpolationOf("celeba", "same protocol, smaller scale", [4]int{1, 4, 6, 6})},
	{"fig4", "Histogram of the energy on CIFAR-10 train and test", fig4},
	{"fig5", "Samples with their five nearest CIFAR-10 training images",
		neighboursOf("cifar10", "drawn", "same protocol, smaller scale", [4]int{2, 512, 1000, 1000}, 10)},
	{"fig6", "Larger sheet of uncurated CIFAR-10 samples (appendix, inferred)",
		sheetOf("cifar10", "drawn", "inferred", [4]int{16, 100, 400, 400})},
	{"fig7", "Larger sheet of uncurated CelebA 64 samples (appendix, inferred)",
		sheetOf("celeba", "", "inferred", [4]int{8, 64, 256, 256})},
	{"fig8", "More interpolations (appendix, inferred)", interpolationOf("celeba", "inferred", [4]int{1, 6, 12, 16})},
	{"fig9", "More nearest neighbours (appendix, inferred)",
		neighboursOf("cifar10", "drawn", "inferred", [4]int{2, 512, 1000, 1000}, 32)},
	{"table1", "FID on CIFAR-10", fidOf("cifar10", "drawn", "same protocol, smaller scale", [4]int{16, 512, 5000, 50_000})},
	{"table2", "FID on CelebA 64 (inferred)", fidOf("celeba", "", "inferred", [4]int{16, 128, 2000, 50_000})},
	{"table3", "Out-of-distribution detection: AUROC (inferred)", table3},
	{"nfe", "Samples against the evaluations of ∇Φ that they cost (beyond the paper)", nfe},
})

// Elements lists the paper's figures and tables.
func Elements() (all []Element) {
	for id, of := range elements.All() {
		all = append(all, Element{id, elements.Summary(id), of})
	}
	return all
}

// ErrUnknown is wrapped by errors about a name that does not exist.
var ErrUnknown = named.ErrUnknown

// Lookup finds an element by its ID.
func Lookup(id string) (Element, error) {
	of, err := elements.Find(id)
	if err != nil {
		return Element{}, err
	}
	return Element{id, elements.Summary(id), of}, nil
}

// Presets lists the scales, small to large, and Recipes the methods, the default first.
var (
	Presets = []string{"smoke", "quick", "cpu", "paper"}
	Recipes = []string{"best", "paper"}
)

// CheckPreset says which preset or recipe does not exist, and which do.
func CheckPreset(preset, recipe string) error {
	if !slices.Contains(Presets, preset) {
		return fmt.Errorf("%w preset %q; choose from %s", ErrUnknown, preset, strings.Join(Presets, ", "))
	}
	if !slices.Contains(Recipes, recipe) {
		return fmt.Errorf("%w recipe %q; choose from %s", ErrUnknown, recipe, strings.Join(Recipes, ", "))
	}
	return nil
}

// Settings are the element's at a preset and recipe.
func (e Element) Settings(preset, recipe string) (Settings, error) {
	if err := CheckPreset(preset, recipe); err != nil {
		return Settings{}, err
	}
	return e.settings(preset, recipe), nil
}
