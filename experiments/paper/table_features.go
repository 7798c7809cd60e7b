package paper

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

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
	"vapoflow/internal/npz"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/metric"
	"vapoflow/vapo/metric/classifier"
	"vapoflow/vapo/metric/inception"
)

// InceptionEnv names the environment variable that commands and notebooks take [Env.Inception] from.
const InceptionEnv = "VAPO_INCEPTION"

// extractor gives the features of tables 1 and 2: FID-Inception's where the published weights are at hand, else those of a classifier
// trained here on CIFAR-10. Without labels, and at preset smoke, there is none: random features would give numbers without meaning.
// Nothing is downloaded.
func (w *work) extractor(ctx context.Context) (metric.Extractor, error) {
	path := w.Inception
	if path == "" && w.Preset != "smoke" {
		if _, err := os.Stat(inception.CachePath()); err == nil {
			path = inception.CachePath()
		}
	}
	if path != "" {
		weights, err := inception.Published(ctx, path, nil)
		if err != nil {
			return nil, err
		}
		return inception.New(w.Backend.Backend, weights, 2048)
	}
	advice := fmt.Sprintf("For FID download %s to %s, or set %s to its path.", inception.URL, fromHome(inception.CachePath()), InceptionEnv)
	train, test, err := openLabelled(w.DataRoot)
	if w.Preset == "smoke" || errors.Is(err, dataset.ErrMissing) {
		w.run.Note("No distances: they need features of FID-Inception, or labels of CIFAR-10 and more than preset smoke to train a classifier with. %s", advice)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	w.run.Note("Distances are between features of a small classifier trained here: not comparable with published FID. %s", advice)
	return w.classifier(ctx, train, test)
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

// openLabelled opens CIFAR-10 with its labels.
func openLabelled(root string) (train, test classifier.Labelled, err error) {
	open := func(split string) classifier.Labelled {
		if err != nil {
			return nil
		}
		var data dataset.Dataset
		if data, err = dataset.Open("cifar10", dataset.Options{Root: root, Split: split}); err != nil {
			return nil
		}
		return data.(classifier.Labelled)
	}
	return open("train"), open("test"), err
}

// classifierTraining is one for all presets and seeds, so that their distances can be compared.
var classifierTraining = classifier.Training{Steps: 1000, Batch: 64}

// classifier loads the trained classifier from the cache of models, or trains it.
func (w *work) classifier(ctx context.Context, train, test classifier.Labelled) (metric.Extractor, error) {
	how := classifierTraining
	name := train.Info().Name + " classifier"
	key, _ := json.Marshal(how) // numbers always encode
	hash := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d", key, train.Info().SHA256, classifier.Version))
	file := filepath.Join(ModelsDir(w.Out), "classifier-"+hex.EncodeToString(hash[:6]), "weights.npz")
	e, err := classifier.Load(w.Backend.Backend, file, name)
	damaged := errors.Is(err, npz.ErrDamaged)
	if damaged {
		w.say("%s: %v", w.run.Element, err)
	}
	if damaged || errors.Is(err, os.ErrNotExist) {
		w.say("%s: training the classifier of the features, %d steps", w.run.Element, how.Steps)
		tell := w.counter("steps of the classifier", how.Steps)
		if e, err = classifier.Train(ctx, w.Backend.Backend, train, how, func(step int, _ float64) { tell(step) }); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return nil, err
		}
		err = e.Save(file)
	}
	if err != nil {
		return nil, err
	}
	w.run.Results["classifier_accuracy"], err = e.Accuracy(ctx, test, heldOutExamples(w.Preset))
	return e, err
}

// keptRows bounds the features that stay in memory for KID, precision and recall.
const keptRows = 10_000

// featureSet is the features of a set: moments of all, and the first keptRows rows.
type featureSet struct {
	moments *metric.Moments
	rows    []float32
	dim     int
}

// part are the features of the k-th n images, [n, dim].
func (s featureSet) part(k, n int) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(s.rows[k*n*s.dim:][:n*s.dim], n, s.dim)
}

// features streams the first n images of a set, or all of a smaller one, through the extractor. A classifier sees them resized to 32×32.
func (w *work) features(ctx context.Context, by metric.Extractor, data dataset.Dataset, n int) (featureSet, error) {
	s := featureSet{metric.NewMoments(by.Dim()), nil, by.Dim()}
	if _, resizes := by.(*inception.Extractor); !resizes {
		var err error
		if data, err = dataset.Treated(data, dataset.Resize(32)); err != nil {
			return s, err
		}
	}
	info := data.Info()
	n = atMost(n, info)
	tell := w.counter("images of "+info.Name+" measured", n)
	const chunk = 256
	for from := 0; from < n; from += chunk {
		if err := ctx.Err(); err != nil {
			return s, err
		}
		count := min(chunk, n-from)
		values, err := dataset.ReadRange(data, from, count)
		if err != nil {
			return s, err
		}
		features, err := by.Features(tensors.FromFlatDataAndDimensions(values, append([]int{count}, info.Shape...)...))
		if err != nil {
			return s, err
		}
		if err := s.moments.Add(features); err != nil {
			return s, err
		}
		if len(s.rows) < keptRows*s.dim {
			s.rows = append(s.rows, tensors.MustCopyFlatData[float32](features)...)
		}
		features.MustFinalizeAll()
		tell(from + count)
	}
	return s, nil
}

// atMost is n, or the size of a set that is smaller.
func atMost(n int, info dataset.Info) int {
	if info.Len > 0 {
		return min(n, info.Len)
	}
	return n
}

// byteImages are images [n, height, width, 3] as a set.
type byteImages struct {
	info   dataset.Info
	pixels []uint8
}

func newByteImages(name string, images record.Images) byteImages {
	return byteImages{dataset.Info{Name: name, Title: name, Shape: images.Shape, Len: images.Len()}, images.Pixels}
}

func (b byteImages) Info() dataset.Info { return b.info }

func (b byteImages) Read(i int, dst []float32) error {
	if i < 0 || i >= b.info.Len || len(dst) != b.info.Size() {
		return fmt.Errorf("%s: no image %d of %d values: it holds %d of %d", b.info.Name, i, len(dst), b.info.Len, b.info.Size())
	}
	copy(dst, fromBytes(b.pixels[i*len(dst):][:len(dst)]))
	return nil
}
