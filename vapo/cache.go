package vapo

import (
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

	"vapoflow/internal/atomicfile"
	"vapoflow/internal/lockfile"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/potential"
)

// TrainingVersion is bumped by hand when the same configuration would train other weights.
const TrainingVersion = 3

// ErrBusy is wrapped by the error of a folder in which another process trains.
var ErrBusy = lockfile.ErrBusy

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
		if err := run.trainAnew(err, weightsFile, configFile); err != nil {
			return nil, err
		}
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

// trainAnew sets files of run.Dir aside that the error says are unusable, and says so.
func (run Run) trainAnew(err error, files ...string) error {
	why := "damaged"
	if errors.Is(err, errEdited) {
		why = "edited"
	}
	aside, asideErr := setAside(run.Dir, why, files...)
	if asideErr != nil {
		return errors.Join(err, asideErr)
	}
	run.say("%v: set aside as %s, training anew", err, aside)
	return nil
}

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
