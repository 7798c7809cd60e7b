package bench

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/spf13/pflag"
	"gonum.org/v1/gonum/stat"

	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/vapo"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
)

// noiseClock are the values of s at which the noise is measured; negative is s uniform on [0, 1].
var noiseClock = []float64{0.05, 0.25, 0.5, 0.75, 0.95, -1}

type noiseOptions struct {
	steps, draws, batch int
}

var noise = Bench{
	ID: "gradient-noise", Title: "Noise of the gradient of three losses",
	Short: "Variance of the θ-gradient of every loss at the same weights, over s",
	Long: `Takes the gradient ∇_θ of each loss on the same independent batches of ring8 along the paper's homotopy, at the weights of the MLP of
Figure 1 as they are drawn and after a short training by alignment. All losses have one mean gradient; their noise differs. It is
given for one example, as the trace of the covariance, against alignment's, and over ‖mean gradient‖², which is the batch at
which noise and signal are equal (the simple noise scale of McCandlish et al. 2018, arXiv:1812.06162).`,
	Example: "  experiments bench gradient-noise\n  experiments bench gradient-noise --draws 4096 --steps 10000",
	options: func(f *pflag.FlagSet) Measurement {
		o := &noiseOptions{}
		f.IntVar(&o.steps, "steps", 500, "training steps before the second measurement")
		f.IntVar(&o.draws, "draws", 1024, "independent batches for each loss and s")
		f.IntVar(&o.batch, "batch", 32, "examples in each batch")
		return o
	},
}

func (o *noiseOptions) check() error {
	if o.steps < 1 || o.draws < 4 || o.batch < 1 {
		return usage.Errorf("bench gradient-noise: needs --steps 1, --draws 4 and --batch 1 at least, got %d, %d and %d", o.steps, o.draws, o.batch)
	}
	return nil
}

// gradientNoise is what is measured of one loss at one s.
type gradientNoise struct {
	Weights  string    `json:"weights"`
	S        float64   `json:"s"` // negative: uniform on [0, 1]
	Loss     string    `json:"loss"`
	Trace    float64   `json:"trace"`     // of the covariance of one example's gradient
	TraceErr float64   `json:"trace_err"` // standard error of Trace
	Signal   float64   `json:"signal"`    // ‖mean gradient‖², without the bias of its noise
	Floor    float64   `json:"floor"`     // what Signal must exceed to be told from noise
	mean     []float64 // of the gradient
}

func (o *noiseOptions) measure(ctx context.Context, w *work) error {
	config := vapo.DefaultConfig()
	config.Steps = o.steps
	trained, err := w.model(ctx, config)
	if err != nil {
		return err
	}
	initial, err := config.Model(w.choice.Backend, trained.Shape, nil)
	if err != nil {
		return err
	}
	initial.Store = model.NewStore()
	initial.Store.SetParam(model.ParamInitialSeed, config.Seed+1) // as Train begins
	table := record.Table{
		Caption: fmt.Sprintf("Noise of ∇_θ on ring8, posterior homotopy: trace of the covariance of one example's gradient, from %d batches of %d for every loss, "+
			"and its ratio to ‖mean gradient‖² (– where the mean is not told from noise).", o.draws, o.batch),
		Header: []string{"weights", "s", "‖mean‖²"},
	}
	for _, name := range loss.List.Names() {
		if table.Header = append(table.Header, name+": trace"); name != yardstick {
			table.Header = append(table.Header, "/ "+yardstick)
		}
		table.Header = append(table.Header, "/ ‖mean‖²")
	}
	var all []gradientNoise
	for _, weights := range []struct {
		name string
		m    *vapo.Model
	}{{"as drawn", initial}, {fmt.Sprintf("after %d steps", o.steps), trained}} {
		measured, err := measureNoise(ctx, weights.m, *o)
		if err != nil {
			return err
		}
		for i, s := range noiseClock {
			row := measured[i*len(loss.List.Names()):][:len(loss.List.Names())]
			for j := range row {
				row[j].Weights = weights.name
			}
			table.Rows = append(table.Rows, noiseRow(weights.name, s, row))
		}
		all = append(all, measured...)
	}
	worst := 0.0
	for _, n := range all {
		worst = math.Max(worst, n.TraceErr/n.Trace)
	}
	w.run.Note("The largest standard error of a trace is %.0f %% of it.", 100*worst)
	w.run.Tables = []record.Table{table}
	return record.Metrics(w.run, all)
}

// yardstick is the loss that the others are compared with.
const yardstick = "alignment"

// noiseRow shows the losses at one s. The mean gradient is alignment's: it is the same for all.
func noiseRow(weights string, s float64, losses []gradientNoise) []string {
	clock, alignment := "uniform", losses[slices.IndexFunc(losses, func(l gradientNoise) bool { return l.Loss == yardstick })]
	if s >= 0 {
		clock = fmt.Sprintf("%g", s)
	}
	known := alignment.Signal > alignment.Floor
	over := func(x float64) string {
		if !known {
			return "–"
		}
		return fmt.Sprintf("%.2g", x/alignment.Signal)
	}
	row := []string{weights, clock, "–"}
	if known {
		row[2] = fmt.Sprintf("%.2g", alignment.Signal)
	}
	for _, l := range losses {
		if row = append(row, fmt.Sprintf("%.3g", l.Trace)); l.Loss != yardstick {
			row = append(row, fmt.Sprintf("%.3g", l.Trace/alignment.Trace))
		}
		row = append(row, over(l.Trace))
	}
	return row
}

// measureNoise measures every loss at every s of noiseClock, on the same draws.
func measureNoise(ctx context.Context, m *vapo.Model, o noiseOptions) (all []gradientNoise, err error) {
	var execs []*model.Exec
	for _, name := range loss.List.Names() {
		exec, err := gradientExec(m, name)
		if err != nil {
			return nil, err
		}
		defer exec.Finalize()
		execs = append(execs, exec)
	}
	for row, s := range noiseClock {
		sums := make([]gradientSum, len(execs))
		for draw := range o.draws {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			in := drawNoise(o.batch, s, row*o.draws+draw)
			for i, exec := range execs {
				out, err := exec.Call(in...)
				if err != nil {
					return nil, fmt.Errorf("the gradient of %s: %w", loss.List.Names()[i], err)
				}
				sums[i].add(tensors.MustCopyFlatData[float32](out[0]))
				out[0].MustFinalizeAll()
			}
		}
		for i := range sums {
			n := sums[i].noise(o.batch)
			n.S, n.Loss = s, loss.List.Names()[i]
			all = append(all, n)
		}
	}
	return all, nil
}

// gradientExec computes the gradient of a loss in all weights, flat, from data, noise and s of a batch.
func gradientExec(m *vapo.Model, name string) (*model.Exec, error) {
	l, err := loss.List.Find(name)
	if err != nil {
		return nil, err
	}
	return model.NewExec(m.Backend, m.Store, func(scope *model.Scope, data, noise, s *graph.Node) *graph.Node {
		point := homotopy.Draw(m.Homotopy, data, noise, s)
		value := graph.ReduceAllMean(l.Value(point, potential.Evaluator(scope, m.Potential)))
		var flat []*graph.Node
		for _, g := range scope.BuildTrainableVariablesGradientsGraph(value) {
			flat = append(flat, graph.Reshape(g, -1))
		}
		return graph.Concatenate(flat, 0)
	})
}

// drawNoise draws data, noise and s for one batch of ring8, a function of its index.
func drawNoise(batch int, s float64, index int) []any {
	r := rand.New(rand.NewPCG(uint64(index), 1))
	clock, noise, data := make([]float32, batch), make([][]float32, batch), make([][]float32, batch)
	for i, x := range mixture.Ring8().Sample(batch, r.Uint64()) {
		data[i] = []float32{float32(x[0]), float32(x[1])}
		noise[i] = []float32{float32(r.NormFloat64()), float32(r.NormFloat64())}
		if clock[i] = float32(s); s < 0 {
			clock[i] = r.Float32()
		}
	}
	return []any{data, noise, clock}
}

// gradientSum gathers independent gradients. Half the squared distance of two of them has the trace of their
// covariance as its mean, whatever their own mean is.
type gradientSum struct {
	sum      []float64
	previous []float32
	n        int
	halves   []float64
}

func (g *gradientSum) add(gradient []float32) {
	if g.sum == nil {
		g.sum = make([]float64, len(gradient))
	}
	half := 0.0
	for i, v := range gradient {
		g.sum[i] += float64(v)
		if g.n%2 == 1 {
			d := float64(v) - float64(g.previous[i])
			half += d * d / 2
		}
	}
	if g.n%2 == 1 {
		g.halves = append(g.halves, half)
	}
	g.previous = gradient
	g.n++
}

func (g *gradientSum) noise(batch int) gradientNoise {
	trace, sd := stat.MeanStdDev(g.halves, nil)
	out := gradientNoise{mean: g.sum}
	for i := range out.mean {
		out.mean[i] /= float64(g.n)
		out.Signal += out.mean[i] * out.mean[i]
	}
	bias := trace / float64(g.n)
	out.Signal, out.Floor = out.Signal-bias, 2*bias
	out.Trace = float64(batch) * trace
	out.TraceErr = float64(batch) * sd / math.Sqrt(float64(len(g.halves)))
	return out
}
