package inception

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/metric"
)

// side is the number of pixels, in each direction, that the network sees.
const side = 299

// imagesAtOnce keeps memory below about 1 GB: pure Go holds a copy of the image for each position in a kernel.
func imagesAtOnce(b compute.Backend) int {
	if b.Name() == "xla" {
		return 16
	}
	return 4
}

// Extractor computes the features of one place of the network. It may be used again and again, by one goroutine at a time.
type Extractor struct {
	dim       int
	published bool
	atOnce    int
	devices   []onDevice
}

// onDevice is the network on one of the devices that the backend shares work among.
type onDevice struct {
	prepare *graph.Exec // compiled once per size of images
	network *model.Exec // compiled once
}

var _ metric.Extractor = (*Extractor)(nil)

// New builds the network on b up to the place of dim features: 64, 192, 768 or 2,048, by which published FIDs are measured.
// It fails on any other dim, and on weights that lack a parameter or have one of another shape.
func New(b compute.Backend, w *Weights, dim int) (*Extractor, error) {
	return newExtractor(b, w, dim, side)
}

func newExtractor(b compute.Backend, w *Weights, dim, side int) (*Extractor, error) {
	switch dim {
	case afterFirstPool, afterSecondPool, beforeAuxiliary, afterLastBlock:
	default:
		return nil, fmt.Errorf("inception: no place of the network has %d features: choose 64, 192, 768 or 2048", dim)
	}
	layers := layersUpTo(dim)
	byName := map[string]layer{}
	for _, l := range layers {
		byName[l.name] = l
	}
	e := &Extractor{dim: dim, published: w.published, atOnce: imagesAtOnce(b)}
	for _, device := range backend.Devices(b) {
		store, err := w.store(layers)
		if err != nil {
			return nil, err
		}
		prepare, err := graph.NewExec(device, func(x *graph.Node) *graph.Node { return resize(quantise(x), side) })
		if err != nil {
			return nil, fmt.Errorf("inception: %w", err)
		}
		network, err := model.NewExec(device, store, func(scope *model.Scope, x *graph.Node) *graph.Node {
			return network{scope.Store(), byName, dim}.features(x)
		})
		if err != nil {
			return nil, fmt.Errorf("inception: %w", err)
		}
		e.devices = append(e.devices, onDevice{prepare, network})
	}
	return e, nil
}

// Name is "FID-Inception" for 2,048 features of the published weights; else it names what differs.
func (e *Extractor) Name() string {
	name := "FID-Inception"
	if e.dim != afterLastBlock {
		name += fmt.Sprintf(" %d", e.dim)
	}
	if !e.published {
		name += ", unpublished weights"
	}
	return name
}

// Dim is 64, 192, 768 or 2048.
func (e *Extractor) Dim() int { return e.dim }

// Comparable is true for 2,048 features of the published weights.
func (e *Extractor) Comparable() bool { return e.published && e.dim == afterLastBlock }

// Features maps images [n, height, width, 3], float32 in [-1, 1] and of any size, to [n, Dim] float32. Like the reference,
// which reads image files, it first rounds each value to the nearest of 256 levels, then resizes to 299×299 by bilinear
// interpolation without anti-aliasing. Grey images must be given with their channel three times.
func (e *Extractor) Features(images *tensors.Tensor) (*tensors.Tensor, error) {
	if images == nil {
		return nil, fmt.Errorf("inception: no images: give a tensor [n, height, width, 3]")
	}
	if err := images.CheckValid(); err != nil {
		return nil, fmt.Errorf("inception: images: %w", err)
	}
	s := images.Shape()
	if s.Rank() != 4 || s.DType != dtypes.Float32 || s.Dim(3) != 3 || s.Size() == 0 {
		return nil, fmt.Errorf("inception: images %s; want float32 [n, height, width, 3] with n > 0; give grey images with "+
			"their channel three times", s)
	}
	n, h, w := s.Dim(0), s.Dim(1), s.Dim(2)
	pixels, err := tensors.CopyFlatData[float32](images)
	if err != nil {
		return nil, fmt.Errorf("inception: images: %w", err)
	}
	if err := finite(pixels, h*w*3); err != nil {
		return nil, err
	}
	size := batchFor(n, e.atOnce)
	features := make([]float32, 0, n*e.dim)
	err = backend.Share(len(e.devices), (n+size-1)/size, func(device, i int) ([]float32, error) {
		part := make([]float32, size*h*w*3) // the last batch ends in black images
		copy(part, pixels[i*len(part):])
		rows, err := e.devices[device].batch(tensors.FromFlatDataAndDimensions(part, size, h, w, 3))
		if err != nil {
			return nil, fmt.Errorf("inception: images from %d on of %s: %w", i*size, s, err)
		}
		return rows, nil
	}, func(i int, rows []float32) error {
		features = append(features, rows[:min(size, n-i*size)*e.dim]...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return tensors.FromFlatDataAndDimensions(features, n, e.dim), nil
}

// batch consumes its images.
func (e onDevice) batch(images *tensors.Tensor) ([]float32, error) {
	defer images.MustFinalizeAll()
	prepared, err := e.prepare.Call1(images)
	if err != nil {
		return nil, err
	}
	defer prepared.MustFinalizeAll()
	rows, err := e.network.Call1(prepared)
	if err != nil {
		return nil, err
	}
	defer rows.MustFinalizeAll()
	return tensors.CopyFlatData[float32](rows)
}

// batchFor is the smallest power of two that holds n images, at most most, so that few sizes are compiled.
func batchFor(n, most int) int {
	size := 1
	for size < min(n, most) {
		size *= 2
	}
	return size
}

// finite refuses NaN and infinities, which would spread over every feature.
func finite(pixels []float32, perImage int) error {
	for i, v := range pixels {
		if v-v != 0 {
			return fmt.Errorf("inception: image %d holds %g: leave out samples that diverged, and count them", i/perImage, v)
		}
	}
	return nil
}
