package vapo

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/internal/atomicfile"
	"vapoflow/internal/lockfile"
	"vapoflow/internal/regular"
	"vapoflow/internal/sealed"
	"vapoflow/internal/strictjson"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/potential"
)

// TrainingVersion is bumped by hand when the same configuration would train other weights.
const TrainingVersion = 2

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

// ErrBusy is wrapped by the error of a folder in which another process trains.
var ErrBusy = lockfile.ErrBusy

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

// LogEntry is one line of a training's log: means over the steps since the line before.
type LogEntry struct {
	Step     int     `json:"step"`
	Loss     float64 `json:"loss"`      // per example and dimension
	GradNorm float64 `json:"grad_norm"` // before clipping
	Seconds  float64 `json:"seconds"`   // of training up to here, interruptions left out
}

// Key names the cache entry of a configuration and data.
func (c Config) Key(data dataset.Dataset) string {
	text, _ := json.Marshal(c.inForce()) // a struct of numbers and strings always encodes
	id := data.Info().SHA256
	if id == "" { // a formula: its source names its version
		id = data.Info().Source
	}
	hash := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d", text, id, TrainingVersion))
	return hex.EncodeToString(hash[:8])
}

// TrainOrLoad gives the trained model of a configuration: from its entry below dir, where one
// is complete, else by training it into that entry. An interrupted training is continued where
// run.Resume is set. run.Dir is not used. m.Loaded says which of the two happened.
func TrainOrLoad(ctx context.Context, b compute.Backend, dir string, c Config, data dataset.Dataset, run Run) (*Model, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c = c.inForce()
	run.Dir = filepath.Join(dir, c.Key(data))
	if m, err := Trained(b, dir, c, data); m != nil || err != nil && !unusable(err) {
		return m, err
	}
	if err := atomicfile.MkdirAll(run.Dir); err != nil {
		return nil, fmt.Errorf("vapo: the cache of models: %w", err)
	}
	lock, err := run.take(ctx)
	if err != nil {
		return nil, err
	}
	defer lock.Free()
	run.locked = true
	switch m, err := Trained(b, dir, c, data); { // what another has trained meanwhile
	case unusable(err):
		why := "damaged"
		if errors.Is(err, errEdited) {
			why = "edited"
		}
		aside, asideErr := setAside(run.Dir, why, weightsFile, configFile)
		if asideErr != nil {
			return nil, errors.Join(err, asideErr)
		}
		run.say("%v: set aside as %s, training anew", err, aside)
	case m != nil || err != nil:
		return m, err
	}
	info := data.Info()
	if err := c.CheckMemory(info.Shape); err != nil {
		return nil, fmt.Errorf("vapo: %w", err)
	}
	var gaussian *potential.Gaussian
	if c.Base == "gaussian" {
		n := info.Len
		if n == 0 {
			n = 10_000
		}
		read := func(i int, x []float32) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return data.Read(i, x)
		}
		if gaussian, err = potential.FitGaussian(info.Shape, n, read); err != nil {
			return nil, err
		}
	}
	m, err := c.Model(b, info.Shape, gaussian)
	if err != nil {
		return nil, err
	}
	if named, given := c.Init != "", run.Init != nil; named != given {
		return nil, fmt.Errorf("vapo: the configuration names weights to begin at: %t (init %q), and the run holds them: %t; "+
			"give both or none", named, c.Init, given)
	}
	l, err := c.NewLoss()
	if err != nil {
		return nil, err
	}
	if err := Train(ctx, m, l, data, c.Training, run); err != nil {
		return nil, err
	}
	m.saved.DataSHA256 = info.SHA256
	if err := m.Save(run.Dir); err != nil {
		return nil, err
	}
	for _, file := range []string{checkpointFile, previousFile} {
		if err := os.Remove(filepath.Join(run.Dir, file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("vapo: removing the checkpoint of a finished training: %w", err)
		}
	}
	return m, nil
}

// Trained loads the model of a configuration from its entry below dir, and never trains; nil where the entry is not finished. One
// that is not of the configuration and data is damaged, and one that was trained by other code of the same pieces is an error as
// well.
func Trained(b compute.Backend, dir string, c Config, data dataset.Dataset) (*Model, error) {
	c = c.inForce()
	dir = filepath.Join(dir, c.Key(data))
	if !exists(filepath.Join(dir, weightsFile)) {
		return nil, nil
	}
	m, err := Load(b, dir)
	if err != nil {
		if !exists(filepath.Join(dir, configFile)) {
			err = fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		return nil, err
	}
	if m.Config != c || m.saved.DataSHA256 != data.Info().SHA256 || m.saved.TrainingVersion != TrainingVersion {
		return nil, fmt.Errorf("vapo: %s is %w: its %s is of another configuration or data", dir, ErrDamaged, configFile)
	}
	l, err := c.NewLoss()
	if err != nil {
		return nil, err
	}
	if err := behave(l, data, c.Training).same(m.saved.Behaviour); err != nil {
		return nil, fmt.Errorf("vapo: %s holds a model whose %w", dir, err)
	}
	return m, nil
}

// unusable tells an entry that is set aside and trained again.
func unusable(err error) bool { return errors.Is(err, ErrDamaged) || errors.Is(err, errEdited) }

// setAside moves files of a folder into a folder beside them that nothing reads, named by the reason, and gives its path.
func setAside(dir, why string, files ...string) (string, error) {
	aside := filepath.Join(dir, "."+why+"-"+time.Now().UTC().Format("20060102-150405.000"))
	if err := atomicfile.MkdirAll(aside); err != nil {
		return "", err
	}
	for _, file := range files {
		if err := os.Rename(filepath.Join(dir, file), filepath.Join(aside, file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return aside, atomicfile.SyncDir(dir)
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

// Log reads the training's log from m.Dir.
func (m *Model) Log() ([]LogEntry, error) { return readLog(filepath.Join(m.Dir, logFile)) }

func readLog(path string) ([]LogEntry, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("vapo: the training's log: %w", err)
	}
	defer f.Close()
	var entries []LogEntry
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var e LogEntry
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			break // a line cut off by a crash: what follows it was never written
		}
		entries = append(entries, e)
	}
	return entries, nil
}
