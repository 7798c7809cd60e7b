package classifier

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/internal/atomicfile"
	"vapoflow/internal/npz"
	"vapoflow/internal/numbers"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/internal/variables"
	"vapoflow/vapo/metric"
)

// batch is the most images that are evaluated at once.
const batch = 128

// Extractor computes the features. It may be used again and again, by one goroutine at a time.
type Extractor struct {
	name     string
	store    *model.Store
	networks []*model.Exec // images -> features, logits; one for each device that the backend shares work among
}

var _ metric.Extractor = (*Extractor)(nil)

// Random is the network before any training, its weights a function of the seed: features for sets without labels.
func Random(b compute.Backend, seed int64) (*Extractor, error) {
	store, err := newStore(2, seed)
	if err != nil {
		return nil, fmt.Errorf("classifier: %w", err)
	}
	return newExtractor(b, store, "random convolutions")
}

// Load reads weights that [Extractor.Save] wrote, under the name that the extractor shall have.
func Load(b compute.Backend, path, name string) (*Extractor, error) {
	values, _, err := npz.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("classifier: reading weights %s: %w", path, err)
	}
	last := values["classes"]
	if last == nil || last.Rank() != 2 {
		return nil, fmt.Errorf("classifier: %s holds no weights of a classifier; remove it to train again", path)
	}
	shapes, err := newStore(last.Shape().Dim(1), 0)
	if err != nil {
		return nil, fmt.Errorf("classifier: %w", err)
	}
	store := model.NewStore()
	for v := range shapes.IterVariables() {
		value := values[strings.TrimPrefix(v.Path(), scope)]
		if value == nil || !value.Shape().Equal(v.Shape()) {
			return nil, fmt.Errorf("classifier: %s: weight %s must be %s; remove the file to train again",
				path, v.Path(), v.Shape())
		}
		if _, err := store.CreateVariable(v.Path(), value); err != nil {
			return nil, fmt.Errorf("classifier: %w", err)
		}
	}
	return newExtractor(b, store, name)
}

// Save writes the weights to path as .npz, whole or not at all.
func (e *Extractor) Save(path string) error {
	values := map[string]*tensors.Tensor{}
	for v := range e.store.IterVariables() {
		value, err := v.Value()
		if err != nil {
			return fmt.Errorf("classifier: reading weight %s: %w", v.Path(), err)
		}
		values[strings.TrimPrefix(v.Path(), scope)] = value
	}
	if err := atomicfile.Write(path, func(f *os.File) error { return npz.Write(f, values, "") }); err != nil {
		return fmt.Errorf("classifier: saving the weights: %w", err)
	}
	return nil
}

func newExtractor(b compute.Backend, store *model.Store, name string) (*Extractor, error) {
	e := &Extractor{name: name, store: store}
	for _, device := range backend.Devices(b) {
		weights, err := variables.Copy(store, variables.Clone)
		if err != nil {
			return nil, fmt.Errorf("classifier: %w", err)
		}
		exec, err := model.NewExec(device, weights, func(scope *model.Scope, x *graph.Node) (*graph.Node, *graph.Node) {
			p := pooled(scope.Store(), x)
			return scaled(scope.Store(), p), logits(scope.Store(), p)
		})
		if err != nil {
			return nil, fmt.Errorf("classifier: %w", err)
		}
		e.networks = append(e.networks, exec)
	}
	return e, nil
}

// Name says what the features are of.
func (e *Extractor) Name() string { return e.name }

// Dim is 64.
func (e *Extractor) Dim() int { return dim }

// Comparable is false: published FIDs are of other features.
func (e *Extractor) Comparable() bool { return false }

// Features maps images [n, 32, 32, 3], float32 in [-1, 1], to [n, 64] float32, after training each of standard deviation one over
// the training images; other shapes are errors.
func (e *Extractor) Features(images *tensors.Tensor) (*tensors.Tensor, error) {
	features, _, err := e.run(images)
	if err != nil {
		return nil, err
	}
	return tensors.FromFlatDataAndDimensions(features, len(features)/dim, dim), nil
}

// run gives features [n, dim] and logits [n, classes], flat.
func (e *Extractor) run(images *tensors.Tensor) (features, scores []float32, err error) {
	if images == nil || images.DType() != dtypes.Float32 || images.Rank() != 4 || images.Size() == 0 ||
		!slices.Equal(images.Shape().Dimensions[1:], []int{side, side, 3}) {
		return nil, nil, fmt.Errorf("classifier: images %v; want float32 [n, %d, %d, 3] with n > 0: resize others first",
			images, side, side)
	}
	const size = side * side * 3
	n := images.Shape().Dim(0)
	pixels, err := tensors.CopyFlatData[float32](images)
	if err != nil {
		return nil, nil, fmt.Errorf("classifier: images: %w", err)
	}
	rows := 1 // a power of two, so that few sizes are compiled
	for rows < min(n, batch) {
		rows *= 2
	}
	err = backend.Share(len(e.networks), (n+rows-1)/rows, func(device, i int) ([]*tensors.Tensor, error) {
		part := make([]float32, rows*size) // the last batch ends in grey images
		copy(part, pixels[i*rows*size:])
		out, err := e.networks[device].Call(tensors.FromFlatDataAndDimensions(part, rows, side, side, 3))
		if err != nil {
			return nil, fmt.Errorf("classifier: images from %d on: %w", i*rows, err)
		}
		return out, nil
	}, func(i int, out []*tensors.Tensor) error {
		count, classes := min(rows, n-i*rows), out[1].Shape().Dim(1)
		features = append(features, tensors.MustCopyFlatData[float32](out[0])[:count*dim]...)
		scores = append(scores, tensors.MustCopyFlatData[float32](out[1])[:count*classes]...)
		numbers.Finalize(out...)
		return nil
	})
	return features, scores, err
}

// Accuracy is the part of the first n images of a set, or of all where it has fewer, that the classifier puts in their class.
func (e *Extractor) Accuracy(ctx context.Context, data Labelled, n int) (float64, error) {
	if _, err := countClasses(data); err != nil {
		return 0, err
	}
	n = min(n, data.Info().Len)
	right := 0
	for first := 0; first < n; first += batch {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		count := min(batch, n-first)
		values, err := dataset.ReadRange(data, first, count)
		if err != nil {
			return 0, err
		}
		_, scores, err := e.run(tensors.FromFlatDataAndDimensions(values, count, side, side, 3))
		if err != nil {
			return 0, err
		}
		classes := len(scores) / count
		for k := range count {
			row := scores[k*classes:][:classes]
			if label, err := data.Label(first + k); err != nil {
				return 0, err
			} else if label == slices.Index(row, slices.Max(row)) {
				right++
			}
		}
	}
	return float64(right) / float64(n), nil
}

// copyWeights leaves an optimiser's variables behind.
func copyWeights(trained *model.Store) (*model.Store, error) {
	store := model.NewStore()
	for v := range trained.IterVariables() {
		if !strings.HasPrefix(v.Path(), scope) || strings.Contains(v.Path(), "Adam") {
			continue
		}
		value, err := v.Value()
		if err == nil {
			value, err = value.LocalClone()
		}
		if err == nil {
			_, err = store.CreateVariable(v.Path(), value)
		}
		if err != nil {
			return nil, fmt.Errorf("classifier: copying weight %s: %w", v.Path(), err)
		}
	}
	return store, nil
}
