package measure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomlx/compute"

	"vapoflow/internal/npz"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/metric"
	"vapoflow/vapo/metric/classifier"
	"vapoflow/vapo/metric/inception"
)

// InceptionEnv names the environment variable that commands and notebooks take [Extractors.Inception] from.
const InceptionEnv = "VAPO_INCEPTION"

// Extractors says where the features of distances come from. Nothing is downloaded.
type Extractors struct {
	Backend   compute.Backend
	Inception string // file with the published weights of FID-Inception; "" looks where they are kept
	DataRoot  string // folder of the data sets: CIFAR-10 trains the classifier that stands in
	Models    string // folder where that is kept
	Named     bool   // no features but those of Inception: random ones would give numbers without meaning

	Say   func(format string, args ...any)
	Count func(what string, total int) (tell func(done int))
}

// Extractor gives features.
type Extractor struct {
	By       metric.Extractor // nil where none were at hand
	Note     string           // on what the features are; "" for FID-Inception's
	Accuracy float64          // of a classifier on held-out images; 0 where it is none
}

// Open gives the features of FID-Inception where the published weights are at hand, else those of a classifier trained here on
// CIFAR-10, whose accuracy is measured on as many held-out images. Without labels there are none.
func (e Extractors) Open(ctx context.Context, heldOut int) (Extractor, error) {
	path := e.Inception
	if _, err := os.Stat(inception.CachePath()); err == nil && path == "" && !e.Named {
		path = inception.CachePath()
	}
	if path != "" {
		weights, err := inception.Published(ctx, path, nil)
		if err != nil {
			return Extractor{}, err
		}
		by, err := inception.New(e.Backend, weights, 2048)
		return Extractor{By: by}, err
	}
	advice := fmt.Sprintf("For FID download %s to %s, or set %s to its path.", inception.URL, fromHome(inception.CachePath()),
		InceptionEnv)
	none := Extractor{Note: "No distances: they need features of FID-Inception, or labels of CIFAR-10 and more than preset " +
		"smoke to train a classifier with. " + advice}
	if e.Named {
		return none, nil
	}
	train, err := e.labelled("train")
	if errors.Is(err, dataset.ErrMissing) {
		return none, nil
	}
	if err != nil {
		return none, err
	}
	test, err := e.labelled("test")
	if err != nil {
		return none, err
	}
	by, err := e.classifier(ctx, train)
	if err != nil {
		return none, err
	}
	accuracy, err := by.Accuracy(ctx, test, heldOut)
	return Extractor{by, "Distances are between features of a small classifier trained here: not comparable with published " +
		"FID. " + advice, accuracy}, err
}

// fromHome writes a path below the user's home from there, so that records name no user.
func fromHome(path string) string {
	if home, err := os.UserHomeDir(); err == nil {
		if below, found := strings.CutPrefix(path, home+string(filepath.Separator)); found {
			return filepath.Join("~", below)
		}
	}
	return path
}

// labelled opens CIFAR-10 with its labels.
func (e Extractors) labelled(split string) (classifier.Labelled, error) {
	data, err := dataset.Open("cifar10", dataset.Options{Root: e.DataRoot, Split: split})
	if err != nil {
		return nil, err
	}
	return data.(classifier.Labelled), nil
}

// classifierTraining is one for all presets and seeds, so that their distances can be compared.
var classifierTraining = classifier.Training{Steps: 1000, Batch: 64}

// classifier loads the trained classifier from the models, or trains it.
func (e Extractors) classifier(ctx context.Context, train classifier.Labelled) (*classifier.Extractor, error) {
	how := classifierTraining
	key, _ := json.Marshal(how) // numbers always encode
	hash := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d", key, train.Info().SHA256, classifier.Version))
	file := filepath.Join(e.Models, "classifier-"+hex.EncodeToString(hash[:6]), "weights.npz")
	by, err := classifier.Load(e.Backend, file, train.Info().Name+" classifier")
	damaged := errors.Is(err, npz.ErrDamaged)
	if !damaged && !errors.Is(err, os.ErrNotExist) {
		return by, err
	}
	if damaged {
		e.Say("%v", err)
	}
	e.Say("training the classifier of the features, %d steps", how.Steps)
	tell := e.Count("steps of the classifier", how.Steps)
	if by, err = classifier.Train(ctx, e.Backend, train, how, func(step int, _ float64) { tell(step) }); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, err
	}
	return by, by.Save(file)
}
