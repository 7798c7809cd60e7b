package vapo

import (
	"encoding/json"
	"fmt"

	"github.com/gomlx/compute"

	"vapoflow/vapo/dataset"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/internal/named"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/potential"
)

// SchemaVersion is that of Config's JSON, stored in every manifest and saved model.
const SchemaVersion = 1

// Config names everything that decides what is trained: its JSON, together with the data's
// hash and [TrainingVersion], is the key of [TrainOrLoad]'s cache.
type Config struct {
	Schema     int     `json:"schema"`
	Data       string  `json:"data"`       // a name of dataset.Names, an .npz/.npy file or an image folder
	ImageSize  int     `json:"image_size"` // folders: crop centrally and resize; 0 takes images as they are
	Homotopy   string  `json:"homotopy"`   // posterior, linear or straight
	Omega      float64 `json:"omega"`      // prior's standard deviation ω
	Sigma      float64 `json:"sigma"`      // likelihood's standard deviation σ
	Potential  string  `json:"potential"`  // mlp (points) or resnet (images)
	Width      int     `json:"width"`      // units or channels; 0 means the network's default
	Depth      int     `json:"depth"`      // hidden layers, or blocks per level; 0 means the network's default
	Base       string  `json:"base"`       // none, or gaussian: the network learns what a Gaussian cannot
	Autonomous bool    `json:"autonomous"` // Φ(x) instead of Φ(x, s)
	Loss       string  `json:"loss"`       // alignment, variance-reduced or covariance
	Init       string  `json:"init"`       // sha256 of the weights that the training begins at (Run.Init); "" draws them
	Training
}

// DefaultConfig trains an MLP on ring8 along the paper's homotopy with the Alignment loss.
func DefaultConfig() Config {
	return Config{
		Schema: SchemaVersion, Data: "ring8", Homotopy: "posterior", Omega: 1, Sigma: 0.01,
		Potential: "mlp", Base: "none", Loss: "alignment", Training: DefaultTraining(),
	}
}

// network is a potential that can be named, for examples of one rank.
type network struct {
	rank int
	make func(c Config) potential.Potential
}

// networks lists the potentials that can be named: a new one is one line here.
var networks = named.List[network]{
	{"mlp", "fully connected network for points [batch, d]", network{1, func(c Config) potential.Potential { return potential.MLP{Width: c.Width, Depth: c.Depth} }}},
	{"resnet", "convolutional encoder for images [batch, height, width, channels]", network{3, func(c Config) potential.Potential { return potential.ResNet{Width: c.Width, Blocks: c.Depth} }}},
}

// Networks lists the names of the potentials with one line each.
func Networks() (names, summaries []string) {
	for _, n := range networks {
		names, summaries = append(names, n.Name), append(summaries, n.Summary)
	}
	return names, summaries
}

// Validate says which value cannot be used, and what can. It does not look at the data.
func (c Config) Validate() error {
	if c.Schema != SchemaVersion {
		return fmt.Errorf("vapo: the configuration has schema %d, this build reads %d", c.Schema, SchemaVersion)
	}
	if _, err := homotopy.New(c.Homotopy, c.Omega, c.Sigma); err != nil {
		return err
	}
	if _, err := loss.New(c.Loss); err != nil {
		return err
	}
	if _, err := networks.Find("potential", c.Potential); err != nil {
		return err
	}
	if c.Base != "none" && c.Base != "gaussian" {
		return fmt.Errorf("vapo: unknown base %q; choose none or gaussian", c.Base)
	}
	if c.Width < 0 || c.Depth < 0 || c.ImageSize < 0 {
		return fmt.Errorf("vapo: width, depth and image_size must not be negative, got %d, %d and %d", c.Width, c.Depth, c.ImageSize)
	}
	return c.Training.Validate()
}

// inForce is the configuration that a training follows: a loss that is not clipped has clip 0, whatever was asked for.
func (c Config) inForce() Config {
	if l, err := loss.New(c.Loss); err == nil {
		if _, unclipped := l.(loss.Unclipped); unclipped {
			c.Clip = 0
		}
	}
	return c
}

// Path is the configuration's homotopy.
func (c Config) Path() (homotopy.Arc, error) { return homotopy.New(c.Homotopy, c.Omega, c.Sigma) }

// Open opens the configuration's data: the training split, or "test", below root.
func (c Config) Open(root, split string) (dataset.Dataset, error) {
	return dataset.Open(c.Data, dataset.Options{Root: root, Split: split, Size: c.ImageSize})
}

// Model composes the configuration's pieces, without weights, for examples of the given shape.
// The Gaussian may be nil where c.Base is "none" or weights will be loaded.
func (c Config) Model(b compute.Backend, shape []int, gaussian *potential.Gaussian) (*Model, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	network, err := networks.Find("potential", c.Potential)
	if err != nil {
		return nil, err
	}
	if network.rank != len(shape) {
		return nil, fmt.Errorf("potential %q is a %s, and the data has examples of shape %v", c.Potential, networks.Summary(c.Potential), shape)
	}
	if len(shape) == 3 && (shape[0]%8 != 0 || shape[1]%8 != 0) {
		return nil, fmt.Errorf("potential %q needs a height and width that are multiples of 8, and the images are %d×%d; pad or resize them (image_size does it for folders)", c.Potential, shape[0], shape[1])
	}
	path, err := c.Path()
	if err != nil {
		return nil, err
	}
	p := network.make(c)
	if c.Autonomous {
		p = potential.Autonomous(p)
	}
	if c.Base == "gaussian" {
		p = potential.GaussianBase{Homotopy: path, Rest: p, Gaussian: gaussian}
	}
	return &Model{Config: c, Backend: b, Homotopy: path, Potential: p, Shape: shape}, nil
}

// String is the configuration as indented JSON.
func (c Config) String() string {
	text, _ := json.MarshalIndent(c, "", "  ") // a struct of numbers and strings always encodes
	return string(text)
}
