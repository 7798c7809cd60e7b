package vapo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"

	"vapoflow/internal/numbers"
	"vapoflow/vapo/autodiff"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/internal/plain"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/optimizer"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/times"
)

// Progress is what Train tells its observer after a step.
type Progress struct {
	Step, Steps int     // steps done and to do
	Loss        float64 // of this step's batch, mean per example and dimension
	GradNorm    float64 // global norm of the gradient before clipping
	Seconds     float64 // in the steps of this call of Train; what observers take is left out
	Resumed     int     // the step this call began at

	// Weights gives the moving average of the weights so far, which Train leaves in m.Store at the end. It is to be called by
	// the observer alone: the next step takes the buffers.
	Weights func() (*model.Store, error)
}

// ErrDiverged is wrapped by the error of a training whose loss or gradient is no longer finite.
var ErrDiverged = errors.New("training diverged")

// Run says where a training keeps its state and who watches it. The zero value keeps nothing.
type Run struct {
	Dir      string         // folder of the checkpoints, written beside the training and at its end, of its log and identity; "" keeps none
	Every    int            // steps between checkpoints; 0 counts none
	Interval time.Duration  // between checkpoints by the clock, besides; 0 means a minute
	Resume   bool           // continue from the newest whole checkpoint in Dir, where there is one, of the same training; else remove them
	NoWait   bool           // where another process trains in Dir, return an error that wraps [ErrBusy]; else wait for it
	Observe  func(Progress) // called after every step; may be nil
	Say      func(string)   // told a line of what a reader must know: damage, waiting, another backend; may be nil
	Init     *model.Store   // weights to begin at, of [Model.StartFrom]; nil, or a checkpoint that is resumed, begins elsewhere

	locked bool // TrainOrLoad holds the lock of Dir
}

// Train is the paper's Algorithm 1: draw data, clock and noise, place them on the path, evaluate
// the loss of Φ and ∇ₓΦ there, and descend along ∂/∂θ, a gradient of a gradient, with Adam or Muon.
// It leaves the exponential moving average (EMA) of the weights in m.Store.
//
// On a backend of [backend.Over] the examples of every batch are shared among its devices, with the losses of one device but for
// last digits.
//
// A cancelled context saves a checkpoint and returns the context's error; a loss that is not
// finite is an error that names the step. Every draw is a function of (t.Seed, step), so that a
// resumed training gives the very weights of one that was never interrupted.
func Train(ctx context.Context, m *Model, l loss.Loss, data dataset.Dataset, t Training, run Run) error {
	if err := m.Validate(); err != nil {
		return err
	}
	if l == nil || data == nil {
		return errors.New("vapo: a training needs a loss and data")
	}
	if err := t.Validate(); err != nil {
		return err
	}
	if _, unclipped := l.(loss.Unclipped); unclipped {
		t.Clip = 0
	}
	descent, law, err := t.pieces()
	if err != nil {
		return err
	}
	batches, err := dataset.NewBatches(data, t.Batch, uint64(t.Seed), t.Flip)
	if err != nil {
		return err
	}
	id, err := identify(m, l, data, t)
	if err != nil {
		return err
	}
	does := m.behave()
	maps.Copy(does, behave(l, data, t))
	state, err := newTrainState(ctx, m, id, does, t, run)
	if err != nil {
		return err
	}
	defer state.close()
	log := openLog(run)
	defer log.close()
	exec, err := model.NewExec(backend.Whole(m.Backend), state.store, func(scope *model.Scope, data, noise, s, rates *graph.Node) (*graph.Node, *graph.Node) {
		point := homotopy.Draw(m.Homotopy, data, noise, s)
		value := l.Value(point, potential.Evaluator(scope, m.Potential))
		if weighted, ok := law.(times.Weighted); ok {
			value = graph.Mul(weighted.Weight(s), value)
		}
		theLoss := graph.DivScalar(graph.ReduceAllMean(value), float64(m.Dim()))
		return theLoss, descend(scope, descent, theLoss, rates, t.Clip)
	})
	if err != nil {
		return fmt.Errorf("vapo: building the training step: %w", plain.Error(err))
	}
	defer exec.Finalize()
	step, err := newParallel(exec, len(backend.Devices(m.Backend)), t.Batch)
	if err != nil {
		return err
	}
	if err := drawWeights(step, m.Shape, t.Batch, state.step() > 0); err != nil {
		return err
	}

	first, seconds := state.step(), 0.0
	ahead := drawAhead(first, t.Steps, func(step int) ([]*tensors.Tensor, error) { return drawBatch(batches, m.Shape, t, law, step) })
	defer ahead.stop()
	for i := first; i < t.Steps; i++ {
		began := time.Now()
		if err := ctx.Err(); err != nil {
			log.flush()
			return state.interrupted(i, err)
		}
		batch, err := ahead.take()
		if err != nil {
			return err
		}
		out, err := step.call(batch)
		numbers.Finalize(batch...)
		if err != nil {
			return fmt.Errorf("vapo: training step %d: %w", i, plain.Error(err))
		}
		p := Progress{Step: i + 1, Steps: t.Steps, Loss: scalar(out[0]), GradNorm: scalar(out[1]), Resumed: first,
			Weights: func() (*model.Store, error) { return average(state.store) }}
		seconds += time.Since(began).Seconds()
		p.Seconds = seconds
		if !finite(p.Loss) || !finite(p.GradNorm) { // the last checkpoint stays as it is
			return fmt.Errorf("vapo: %w: the loss is %g and its gradient's norm %g at step %d of %d; lower the learning rate (%g)%s",
				ErrDiverged, p.Loss, p.GradNorm, i, t.Steps, t.LearningRate, orClip(l, t.Clip))
		}
		log.add(p)
		if run.Observe != nil {
			run.Observe(p)
		}
		if err := state.passed(i + 1); err != nil {
			return err
		}
	}
	if err := state.save(); err != nil {
		return err
	}
	m.Dir, m.saved.Backends, m.saved.Trained, m.saved.Seconds, m.saved.Behaviour = run.Dir, state.backends, time.Now().UTC(), log.seconds(), does
	m.Store, err = average(state.store)
	return err
}

// descend builds the update: global-norm clipping, the optimizer's step, then the EMA of the weights. rates
// holds the learning rate and the EMA's decay of this step. It returns the gradient's norm.
func descend(scope *model.Scope, descent optimizer.Optimizer, theLoss, rates *graph.Node, clip float64) *graph.Node {
	g := theLoss.Graph()
	rate := graph.Reshape(graph.Slice(rates, graph.AxisElem(0)))
	decay := graph.Reshape(graph.Slice(rates, graph.AxisElem(1)))
	trained := trainable(scope, g)
	grads := scope.BuildTrainableVariablesGradientsGraph(theLoss) // in the order of trained
	norm := globalNorm(trained, grads)
	if clip > 0 {
		shrink := graph.Div(graph.Scalar(g, dtypes.Float32, clip), graph.MaxScalar(norm, clip))
		for i := range grads {
			grads[i] = graph.Mul(grads[i], shrink)
		}
	}
	descent.Update(scope, trained, grads, rate)
	for _, v := range trained {
		ema := scope.Store().VariableWithShape(emaScope+v.Path(), v.Shape(), initializer.Zero).SetTrainable(false)
		ema.SetNodeValue(graph.Add(graph.Mul(decay, ema.NodeValue(g)), graph.Mul(graph.OneMinus(decay), v.NodeValue(g))))
	}
	return norm
}

// orClip says what else helps a training that diverges.
func orClip(l loss.Loss, clip float64) string {
	if _, unclipped := l.(loss.Unclipped); unclipped {
		return ", enlarge the batch or take a loss whose gradient may be clipped"
	}
	if clip == 0 {
		return " or clip the gradient"
	}
	return fmt.Sprintf(" or the clipping norm (%g)", clip)
}

const emaScope = "/ema"

// trainable lists the trainable variables of a graph, in the order of their gradients.
func trainable(scope *model.Scope, g *graph.Graph) (vars []*model.Variable) {
	for v := range scope.IterVariables() {
		if v.Trainable && v.InUseByGraph(g) {
			vars = append(vars, v)
		}
	}
	return vars
}

// globalNorm is the norm of all gradients together. It adds them in the order of the variables' names:
// a loaded store lists its variables in another order than a new one, and sums must keep their bits.
func globalNorm(vars []*model.Variable, grads []*graph.Node) *graph.Node {
	squares := map[string]*graph.Node{}
	for i, v := range vars {
		squares[v.Path()] = autodiff.SquaredNorm(grads[i])
	}
	var sum *graph.Node
	for _, path := range slices.Sorted(maps.Keys(squares)) {
		if sum == nil {
			sum = squares[path]
		} else {
			sum = graph.Add(sum, squares[path])
		}
	}
	return graph.Sqrt(sum)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func scalar(t *tensors.Tensor) float64 {
	defer t.MustFinalizeAll()
	var x float32
	// Read where it lies: ToScalar copies it from the device, which takes 43 µs on a CPU.
	tensors.MustConstFlatData(t, func(flat []float32) { x = flat[0] })
	return float64(x)
}
