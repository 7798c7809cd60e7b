// Package pretrained holds the trained potentials that ship with the library: a folder for each, embedded, with the weights in
// float16 and a model card. [vapoflow/vapo.LoadFS] makes a model of one:
//
//	files, err := pretrained.Files("celeba")
//	m, err := vapo.LoadFS(b, files)
//
// On the command line and in notebooks they are named pretrained:cifar10 and pretrained:celeba. Each has a partner, NAME/weak, that
// its samples can be led away from: see Autoguided of [vapoflow/vapo/flow.Flow]. The binary that imports this package grows by their
// size, a few megabytes: nothing in the library does.
package pretrained

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed */model.json */weights.npz */card.md */weak/*
var models embed.FS

// Prefix marks the name of a shipped model where a run or a folder could stand as well.
const Prefix = "pretrained:"

// Weak follows the name of a shipped model in that of its partner, a smaller network after a thousand steps, a minute or two of training.
const Weak = "/weak"

// Names lists the models that ship, without their partners.
func Names() (names []string) {
	entries, _ := models.ReadDir(".") // embedded: cannot fail
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// Files are model.json, weights.npz and, but for a partner, card.md of a shipped model.
func Files(name string) (fs.FS, error) {
	for _, have := range Names() {
		if have == strings.TrimSuffix(name, Weak) {
			return fs.Sub(models, name)
		}
	}
	return nil, fmt.Errorf("pretrained: no model %q ships; choose one of %s", name, strings.Join(Names(), ", "))
}
