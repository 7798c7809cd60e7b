package vapo

import (
	"encoding/json"
	"fmt"

	"github.com/gomlx/compute"

	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/optimizer"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/times"
)

// SchemaVersion is that of Config's JSON, stored in every manifest and saved model.
const SchemaVersion = 1

// Config names everything that decides what is trained: its JSON, together with the data's
// hash and [TrainingVersion], is the key of [TrainOrLoad]'s cache.
type Config struct {
	Schema     int     `json:"schema"`
	Data       string  `json:"data"`       // a name of dataset.List, an .npz/.npy file or an image folder
	ImageSize  int     `json:"image_size"` // folders: crop centrally and resize; 0 takes images as they are
	Homotopy   string  `json:"homotopy"`   // a name of homotopy.List
	Omega      float64 `json:"omega"`      // prior's standard deviation ω
	Sigma      float64 `json:"sigma"`      // likelihood's standard deviation σ
	Potential  string  `json:"potential"`  // a name of potential.List
	Width      int     `json:"width"`      // units or channels; 0 means the network's default
	Depth      int     `json:"depth"`      // hidden layers, or blocks per level; 0 means the network's default
	Base       string  `json:"base"`       // none, or gaussian: the network learns what a Gaussian cannot
	Autonomous bool    `json:"autonomous"` // Φ(x) instead of Φ(x, s)
	Loss       string  `json:"loss"`       // a name of loss.List
	Init       string  `json:"init"`       // sha256 of the weights that the training begins at (Run.Init); "" draws them
	Training
}

// optionKinds are the kinds of pieces that may have options of their own ([Training.Options]).
var optionKinds = []string{
	dataset.List.Kind(), homotopy.List.Kind(), potential.List.Kind(), loss.List.Kind(), optimizer.List.Kind(), times.List.Kind(),
}

// DefaultConfig trains an MLP on ring8 along the paper's homotopy with the Alignment loss.
func DefaultConfig() Config {
	return Config{
		Schema: SchemaVersion, Data: "ring8", Homotopy: "posterior", Omega: 1, Sigma: 0.01,
		Potential: "mlp", Base: "none", Loss: "alignment", Training: DefaultTraining(),
	}
}

// Validate says which value cannot be used, and what can. It does not look at the data.
func (c Config) Validate() error {
	if c.Schema != SchemaVersion {
		return fmt.Errorf("vapo: the configuration has schema %d, this build reads %d", c.Schema, SchemaVersion)
	}
	if err := c.Options.Only(optionKinds...); err != nil {
		return fmt.Errorf("vapo: %w", err)
	}
	if _, err := c.Path(); err != nil {
		return err
	}
	if _, err := c.NewLoss(); err != nil {
		return err
	}
	if _, err := c.network(); err != nil {
		return err
	}
	if c.Base != "none" && c.Base != "gaussian" {
		return fmt.Errorf("vapo: unknown base %q; choose none or gaussian", c.Base)
	}
	if c.ImageSize < 0 {
		return fmt.Errorf("vapo: image_size must not be negative, got %d", c.ImageSize)
	}
	if c.Depth > maxDepth {
		return fmt.Errorf("vapo: depth must be at most %d, got %d: more would not be built in minutes", maxDepth, c.Depth)
	}
	return c.Training.Validate()
}

// inForce is the configuration that a training follows: a loss that is not clipped has clip 0, whatever was asked for.
func (c Config) inForce() Config {
	if l, err := c.NewLoss(); err == nil {
		if _, unclipped := l.(loss.Unclipped); unclipped {
			c.Clip = 0
		}
	}
	return c
}

// Path is the configuration's homotopy.
func (c Config) Path() (homotopy.Homotopy, error) {
	return homotopy.New(c.Homotopy, c.Omega, c.Sigma, c.Options.Of(homotopy.List.Kind()))
}

// NewLoss is the configuration's loss.
func (c Config) NewLoss() (loss.Loss, error) {
	return loss.List.Make(c.Loss, nil, c.Options.Of(loss.List.Kind()))
}

// network is the configuration's potential, alone.
func (c Config) network() (potential.Potential, error) {
	return potential.New(c.Potential, c.Width, c.Depth, c.Options.Of(potential.List.Kind()))
}

// Open opens the configuration's data: the training split, or "test", below root.
func (c Config) Open(root, split string) (dataset.Dataset, error) {
	return dataset.Open(c.Data, dataset.Options{Root: root, Split: split, Size: c.ImageSize, Own: c.Options.Of(dataset.List.Kind())})
}

// Model composes the configuration's pieces, without weights, for examples of the given shape.
// The Gaussian may be nil where c.Base is "none" or weights will be loaded.
func (c Config) Model(b compute.Backend, shape []int, gaussian *potential.Gaussian) (*Model, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	p, err := c.network()
	if err != nil {
		return nil, err
	}
	if shaped, ok := p.(potential.Shaped); ok {
		if err := shaped.Accepts(shape); err != nil {
			return nil, fmt.Errorf("potential %q (%s): %w", c.Potential, potential.List.Summary(c.Potential), err)
		}
	}
	path, err := c.Path()
	if err != nil {
		return nil, err
	}
	if err := c.checkWeights(shape); err != nil {
		return nil, err
	}
	if c.Autonomous {
		p = potential.Autonomous(p)
	}
	if c.Base == "gaussian" {
		p = potential.GaussianBase{Homotopy: path, Rest: p, Gaussian: gaussian}
	}
	return &Model{Config: c, Flow: flow.Flow{Backend: b, Homotopy: path, Potential: p, Shape: shape}}, nil
}

// String is the configuration as indented JSON.
func (c Config) String() string {
	text, _ := json.MarshalIndent(c, "", "  ") // a struct of numbers and strings always encodes
	return string(text)
}
