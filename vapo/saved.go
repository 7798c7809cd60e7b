package vapo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/internal/atomicfile"
	"vapoflow/internal/regular"
	"vapoflow/internal/sealed"
	"vapoflow/internal/strictjson"
)

// Files of a cache entry or saved model. An entry without weights.npz is unfinished: its
// checkpoints and log are what a resumed training continues.
const (
	weightsFile    = "weights.npz"
	configFile     = "model.json"
	logFile        = "training.jsonl"
	checkpointFile = "checkpoint.npz"
	previousFile   = "checkpoint-previous.npz"
	lockFile       = ".lock"
)

// saved is the JSON beside the weights.
type saved struct {
	Config          Config    `json:"config"`
	TrainingVersion int       `json:"training_version"`
	Shape           []int     `json:"shape"`
	DataSHA256      string    `json:"data_sha256"`
	Trained         time.Time `json:"trained"`
	Seconds         float64   `json:"seconds"`                  // of training, interruptions left out
	WeightsSHA256   string    `json:"weights_sha256,omitempty"` // of weights.npz as it is; older models have none
	Backends        []string  `json:"backends,omitempty"`       // that trained the weights, in their order
	Behaviour       behaviour `json:"behaviour,omitempty"`      // of the pieces that trained; older models have none
	Seal            string    `json:"seal,omitempty"`           // of this file; older models have none
}

// Save writes the weights and the configuration to a folder, which [Load] reads. A model composed
// by hand has no configuration that says how to compose it again: train it with Run.Dir instead, and a
// second call of Train finds it done.
func (m *Model) Save(dir string) error { return m.save(dir, m.Store) }

// SaveHalf is [Model.Save] with the trained weights rounded to float16, at half the size. [Load] reads it as it reads the other.
func (m *Model) SaveHalf(dir string) error {
	if m.Store == nil {
		return m.save(dir, nil)
	}
	half, err := halved(m.Store)
	if err != nil {
		return err
	}
	return m.save(dir, half)
}

func (m *Model) save(dir string, weights *model.Store) error {
	if weights == nil {
		return errors.New("vapo: the model has no weights yet; train it before saving")
	}
	if m.Config.Schema != SchemaVersion {
		return errors.New("vapo: a model composed by hand cannot be saved: make it with Config.Model or TrainOrLoad, or keep " +
			"its training in Run.Dir")
	}
	if err := atomicfile.MkdirAll(dir); err != nil {
		return fmt.Errorf("vapo: saving the model: %w", err)
	}
	hash, err := WeightsSHA256(weights)
	if err != nil {
		return err
	}
	m.saved.WeightsSHA256 = hash
	m.saved.Config, m.saved.Shape, m.saved.TrainingVersion = m.Config, m.Shape, TrainingVersion
	m.saved.Seal = sealed.Open
	text, err := sealed.Marshal(m.saved)
	if err != nil {
		return fmt.Errorf("vapo: saving the model: %w", err)
	}
	err = atomicfile.WriteBytes(filepath.Join(dir, configFile), text)
	if err == nil { // the weights come last: with them the entry is complete
		err = saveStore(weights, filepath.Join(dir, weightsFile), m.saved.Backends)
	}
	if err != nil {
		return fmt.Errorf("vapo: saving the model: %w", err)
	}
	return nil
}

// Load reads a model that was saved with its configuration.
func Load(b compute.Backend, dir string) (*Model, error) {
	m, err := LoadFS(b, os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("vapo: %s holds no model: %w", dir, err)
	}
	m.Dir = dir
	return m, nil
}

const maxJSON = 1 << 20 // bytes of model.json; it has a thousand

// LoadFS reads a model from the root of a file system, such as one of vapo/pretrained.
func LoadFS(b compute.Backend, fsys fs.FS) (*Model, error) {
	text, err := regular.ReadFS(fsys, configFile, maxJSON)
	if err != nil {
		return nil, err
	}
	var s saved
	if err := strictjson.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("%s is %w: %w", configFile, ErrDamaged, err)
	}
	if err := sealed.Check(text, s.Seal); err != nil {
		return nil, fmt.Errorf("%s is %w", configFile, err)
	}
	m, err := s.Config.Model(b, s.Shape, nil)
	if err != nil {
		return nil, err
	}
	if s.Behaviour != nil {
		if err := m.behave().same(s.Behaviour); err != nil {
			return nil, fmt.Errorf("%s is of a model whose %w; evaluate it with the code that trained it, or train it again",
				weightsFile, err)
		}
	}
	store, said, err := readStore(fsys, weightsFile)
	if err != nil {
		return nil, err
	}
	if s.WeightsSHA256 != "" && s.WeightsSHA256 != said.SHA256 {
		return nil, fmt.Errorf("%s is %w: its sha256 is %.12s, %s says %.12s",
			weightsFile, ErrDamaged, said.SHA256, configFile, s.WeightsSHA256)
	}
	if err := m.complete(store); err != nil {
		return nil, err
	}
	m.saved, m.Loaded, m.Store = s, true, store
	return m, nil
}

// Backends are those that trained the model, in their order: more than one where a training was resumed on another. Older models
// do not say.
func (m *Model) Backends() []string { return m.saved.Backends }

// Trained is when the model's training ended, and how many seconds it took.
func (m *Model) Trained() (time.Time, float64) { return m.saved.Trained, m.saved.Seconds }
