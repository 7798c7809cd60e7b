package dataset

import (
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/named"
)

// List is the sets that can be named: a new one is one line here.
var List = named.New("data", named.Entries[Opener]{
	{"ring8", "ring of 8 Gaussians", mixtureOf(mixture.Ring8)},
	{"gauss2", "Gaussian in the plane", mixtureOf(mixture.Gauss2)},
	{"gauss16", "Gaussian in 16 dimensions", mixtureOf(mixture.Gauss16)},
	{"modes16", "4 Gaussians in 16 dimensions", mixtureOf(mixture.Modes16)},
	{"moons", "two moons", planar(moons)},
	{"checkerboard", "checkerboard", planar(checkerboard)},
	{"spirals", "two spirals", planar(spirals)},
	{"pinwheel", "pinwheel", planar(pinwheel)},
	{"swissroll", "swiss roll", planar(swissRoll)},
	{"rings", "four rings", planar(rings)},
	{"drawn", "drawn images, not CIFAR-10", opener(openDrawn)},
	{"cifar10", "CIFAR-10", opener(openCIFAR10)},
	{"cifar10-original", "CIFAR-10 with original pixels", opener(openOriginals)},
	{"cifar10-interp", "CIFAR-10 interpolations", opener(openInterpolations)},
	{"cifar100", "CIFAR-100", opener(openCIFAR100)},
	{"svhn", "SVHN", opener(openSVHN)},
	{"celeba", "CelebA", opener(openCelebA)},
	{"constant", "constant colours", noiseOf(oneColour)},
	{"uniform", "uniform noise", noiseOf(uniformBytes)},
})

// Opener opens a set that can be named.
type Opener interface {
	open(e entry, opt Options) (Dataset, error)
}

// entry is what the list says of a set: its name, and a title for figures and reports.
type entry struct{ name, title string }

// opener is an [Opener] that is one function.
type opener func(e entry, opt Options) (Dataset, error)

func (f opener) open(e entry, opt Options) (Dataset, error) { return f(e, opt) }
