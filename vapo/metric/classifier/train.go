package classifier

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"vapoflow/vapo/dataset"
	"vapoflow/vapo/metric"
)

// Version is raised when the same [Training] would give other weights.
const Version = 2

// Labelled is a set of 32×32×3 images with classes, such as a [dataset.Images] of CIFAR-10.
type Labelled interface {
	dataset.Dataset
	Label(i int) (int, error)
}

// Training is the numbers of one training. It is the key of a cache together with the data's hash and [Version].
type Training struct {
	Steps        int     `json:"steps"`
	Batch        int     `json:"batch"`
	LearningRate float64 `json:"learning_rate"` // Adam's, falling to zero along half a cosine; 0 means 4e-3
	Seed         int64   `json:"seed"`          // of weights and data order
}

// Train trains on cross-entropy, images mirrored at random. observe is called after each step with the steps done and its loss in
// nats; it may be nil. Images of another shape, sets without end and sets without labels are errors, as is a cancelled context.
func Train(ctx context.Context, b compute.Backend, data Labelled, t Training, observe func(step int, loss float64)) (*Extractor, error) {
	if t.LearningRate == 0 {
		t.LearningRate = 4e-3
	}
	if t.Steps < 1 || t.Batch < 1 || !(t.LearningRate > 0) {
		return nil, fmt.Errorf("classifier: %d steps of batch %d at learning rate %g: give positive numbers",
			t.Steps, t.Batch, t.LearningRate)
	}
	classes, err := countClasses(data)
	if err != nil {
		return nil, err
	}
	store, err := newStore(classes, t.Seed)
	if err != nil {
		return nil, fmt.Errorf("classifier: %w", err)
	}
	step, err := model.NewExec(b, store, func(scope *model.Scope, x, label, rate *graph.Node) *graph.Node {
		store := scope.Store()
		theLoss := graph.ReduceAllMean(loss.SparseCategoricalCrossEntropyLogits([]*graph.Node{label}, []*graph.Node{logits(store, pooled(store, x))}))
		optimizer.LearningRateVar(scope, dtypes.Float32, 0).SetNodeValue(rate)
		optimizer.Adam().Done().UpdateGraph(scope, x.Graph(), theLoss)
		return theLoss
	})
	if err != nil {
		return nil, fmt.Errorf("classifier: building the training step: %w", err)
	}
	defer step.Finalize()
	for i := range t.Steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x, labels, err := t.batch(data, i)
		if err != nil {
			return nil, err
		}
		out, err := step.Call1(x, labels, float32(t.rate(i)))
		if err != nil {
			return nil, fmt.Errorf("classifier: training step %d: %w", i, err)
		}
		value := float64(tensors.ToScalar[float32](out))
		out.MustFinalizeAll()
		if value-value != 0 {
			return nil, fmt.Errorf("classifier: the loss is %g at step %d of %d; lower the learning rate (%g)",
				value, i, t.Steps, t.LearningRate)
		}
		if observe != nil {
			observe(i+1, value)
		}
	}
	weights, err := copyWeights(store)
	if err != nil {
		return nil, err
	}
	return standardised(b, weights, data)
}

// standardised gives every feature a standard deviation of one on the training images, for a distance must not hang on the scale
// that a feature happened to take, nor a kernel on the scale of all.
func standardised(b compute.Backend, weights *model.Store, data Labelled) (*Extractor, error) {
	name := data.Info().Name + " classifier"
	raw, err := newExtractor(b, weights, name)
	if err != nil {
		return nil, err
	}
	moments := metric.NewMoments(dim)
	n := min(2048, data.Info().Len)
	values, err := dataset.ReadRange(data, 0, n)
	if err != nil {
		return nil, err
	}
	features, err := raw.Features(tensors.FromFlatDataAndDimensions(values, n, side, side, 3))
	if err != nil {
		return nil, err
	}
	if err := moments.Add(features); err != nil {
		return nil, err
	}
	scale, covariance := ones(), moments.Covariance()
	for i := range scale {
		if variance := covariance.At(i, i); variance > 0 {
			scale[i] = float32(1 / math.Sqrt(variance))
		}
	}
	if err := setScale(weights, scale); err != nil {
		return nil, fmt.Errorf("classifier: %w", err)
	}
	return newExtractor(b, weights, name)
}

// rate is the learning rate of a step: half a cosine.
func (t Training) rate(step int) float64 {
	return t.LearningRate * 0.5 * (1 + math.Cos(math.Pi*float64(step)/float64(t.Steps)))
}

// batch is one step's images [batch, 32, 32, 3] and labels [batch, 1]: a function of (seed, step).
func (t Training) batch(data Labelled, step int) (images, labels *tensors.Tensor, err error) {
	rng := rand.New(rand.NewPCG(uint64(t.Seed)+1, uint64(step)))
	n, size := data.Info().Len, side*side*3
	x, y := make([]float32, t.Batch*size), make([]int32, t.Batch)
	for k := range t.Batch {
		i := rng.IntN(n)
		if err := data.Read(i, x[k*size:][:size]); err != nil {
			return nil, nil, err
		}
		label, err := data.Label(i)
		if err != nil {
			return nil, nil, err
		}
		y[k] = int32(label)
		if rng.IntN(2) == 1 {
			mirror(x[k*size:][:size])
		}
	}
	return tensors.FromFlatDataAndDimensions(x, t.Batch, side, side, 3), tensors.FromFlatDataAndDimensions(y, t.Batch, 1), nil
}

// mirror swaps left and right of one image in place.
func mirror(x []float32) {
	for row := range side {
		for left, right := 0, side-1; left < right; left, right = left+1, right-1 {
			for c := range 3 {
				a, b := (row*side+left)*3+c, (row*side+right)*3+c
				x[a], x[b] = x[b], x[a]
			}
		}
	}
}

// countClasses checks that the set can be learned from, and is one more than its largest label.
func countClasses(data Labelled) (int, error) {
	info := data.Info()
	if len(info.Shape) != 3 || info.Shape[0] != side || info.Shape[1] != side || info.Shape[2] != 3 || info.Len < 2 {
		return 0, fmt.Errorf("classifier: %s holds %d examples of shape %v; want a finite set of images [%d, %d, 3]",
			info.Name, info.Len, info.Shape, side, side)
	}
	classes := 2
	for i := range info.Len {
		label, err := data.Label(i)
		if err != nil {
			return 0, err
		}
		classes = max(classes, label+1)
	}
	return classes, nil
}
