package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/spf13/pflag"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"vapoflow/experiments/element"
	"vapoflow/experiments/measure"
	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/metric"
	"vapoflow/vapo/posterior"
	"vapoflow/vapo/pretrained"
)

type inpaintingOptions struct {
	models []string
	images int
	noise  float64
}

var inpainting = Bench{
	ID: "inpainting", Title: "Halves of images filled in: what is kept, and whether training images are copied",
	Short: "Whether inpaintings by a shipped potential are copies of its training images",
	Long: `Hides the right half of held-out images and of training images, and fills it in by annealed chains led by the guided flow, one for each image. A
potential that has learned its training images by heart fills in halves that lie nearer to the training images than held-out halves do, and knows the
training images' own halves better than held-out ones. Distances are root mean squares over the hidden half, in grey levels; standard errors are over images.`,
	Example: "  experiments bench inpainting\n  experiments bench inpainting --models celeba --images 16",
	options: func(f *pflag.FlagSet) Measurement {
		o := &inpaintingOptions{}
		f.StringSliceVar(&o.models, "models", pretrained.Names(), "potentials that ship; their data is looked for in $VAPO_DATA, else ./data")
		f.IntVar(&o.images, "images", 24, "images of each split")
		f.Float64Var(&o.noise, "noise", 0.05, "standard deviation of the known values")
		return o
	},
	draw: drawInpainting,
}

func (o *inpaintingOptions) check() error {
	if err := checkShipped(o.models); err != nil {
		return err
	}
	if o.images < 3 || !(o.noise > 0) {
		return usage.Errorf("bench inpainting: needs --images 3 at least and --noise above 0, got %d and %g", o.images, o.noise)
	}
	return nil
}

// halves are images of one split, whole, and their inpaintings.
type halves struct {
	index           []int       // in the split
	images, painted [][]float32 // [n][d]
}

func (o *inpaintingOptions) measure(ctx context.Context, w *work) error {
	return w.eachShipped(o.models, func(model string) (*record.Images, error) { return o.one(ctx, w, model) })
}

// one measures one of the potentials.
func (o *inpaintingOptions) one(ctx context.Context, w *work, model string) (*record.Images, error) {
	m, root, train, err := w.shipped(model)
	if err != nil {
		return nil, err
	}
	test, err := m.Config.Open(root, "test")
	if err != nil {
		return nil, err
	}
	held, err := o.paint(ctx, w, m, test, model+" held-out")
	if err != nil {
		return nil, err
	}
	seen, err := o.paint(ctx, w, m, train, model+" training")
	if err != nil {
		return nil, err
	}
	known := rightHidden(m.Shape)
	near, err := nearestHalves(ctx, w, train, known, held, seen)
	if err != nil {
		return nil, err
	}
	o.report(w.run, model, train.Info().Title, known, held, seen, near)
	return shownHalves(m.Shape, known, held, train, near)
}

// rightHidden is the mask of the left half of images [height, width, channels].
func rightHidden(shape []int) []bool {
	known := make([]bool, shape[0]*shape[1]*shape[2])
	for i := range known {
		known[i] = i/shape[2]%shape[1] < shape[1]/2
	}
	return known
}

// paint fills in the hidden halves of images spread evenly over a split, each by a chain of its own.
func (o *inpaintingOptions) paint(ctx context.Context, w *work, m *vapo.Model, data dataset.Dataset, name string) (halves, error) {
	info := data.Info()
	if info.Len < o.images {
		return halves{}, usage.Errorf("bench inpainting: --images %d, and %s has %d", o.images, info.Title, info.Len)
	}
	var h halves
	var all []float32
	for i := range o.images {
		x, at := make([]float32, info.Size()), i*(info.Len/o.images)
		if err := data.Read(at, x); err != nil {
			return h, err
		}
		h.index, h.images, all = append(h.index, at), append(h.images, x), append(all, x...)
	}
	y, err := posterior.Mask(rightHidden(m.Shape), tensors.FromFlatDataAndDimensions(all, append([]int{o.images}, m.Shape...)...), o.noise)
	if err != nil {
		return h, err
	}
	p := &posterior.Posterior{Prior: posterior.Of(&m.Flow), Likelihood: y}
	r, err := p.Sample(ctx, posterior.Chains{
		Levels: posterior.Levels(20, 0.9), Steps: 3, Burn: 8, Keep: 1, Guide: &posterior.Guided{}, Finish: 6, Seed: 1, Progress: w.Count(name + " images: transitions"),
	}, o.images)
	if err != nil {
		return h, err
	}
	w.run.Results[name+": acceptance"] = r.Acceptance
	flat := tensors.MustCopyFlatData[float32](r.Finished)
	for i := range o.images {
		h.painted = append(h.painted, flat[i*info.Size():][:info.Size()])
	}
	return h, nil
}

// hidden are the values that the mask hides.
func hidden(known []bool, x []float32) (out []float32) {
	for i, v := range x {
		if !known[i] {
			out = append(out, v)
		}
	}
	return out
}

// nearestHalves finds the training images whose right halves are nearest to those of the inpaintings and the images of both splits, in
// this order: held-out painted, held-out, training painted, training; a training image is not its own neighbour.
func nearestHalves(ctx context.Context, w *work, train dataset.Dataset, known []bool, held, seen halves) ([4][]metric.Neighbor, error) {
	var found [4][]metric.Neighbor
	var queries []float32
	pick := func(x []float32) []float32 { return hidden(known, x) }
	for _, set := range [][][]float32{held.painted, held.images, seen.painted, seen.images} {
		for _, x := range set {
			queries = append(queries, pick(x)...)
		}
	}
	n, total := len(held.images), train.Info().Len
	result, err := measure.Nearest(ctx, train, total, queries, len(queries)/(4*n), 2, pick, w.count("training images searched", total))
	if err != nil {
		return found, err
	}
	for q, near := range result {
		best := near[0]
		if q >= 3*n && best.Index == seen.index[q-3*n] {
			best = near[1]
		}
		found[q/n] = append(found[q/n], best)
	}
	return found, nil
}

// report puts the distances on record.
func (o *inpaintingOptions) report(run *record.Run, model, data string, known []bool, held, seen halves, near [4][]metric.Neighbor) {
	size := len(hidden(known, held.images[0]))
	nearest := func(k int) (out []float64) {
		for _, n := range near[k] {
			out = append(out, measure.GreyLevels(n.Distance, size))
		}
		return out
	}
	own := func(h halves, half bool) (out []float64) { // to the image itself, over the hidden half or the known one
		for i := range h.images {
			sum, n := 0.0, 0
			for j, v := range h.images[i] {
				if known[j] != half {
					sum, n = sum+float64(v-h.painted[i][j])*float64(v-h.painted[i][j]), n+1
				}
			}
			out = append(out, measure.GreyLevels(math.Sqrt(sum), n))
		}
		return out
	}
	copied := 0.0
	for i, n := range near[2] {
		if n.Index == seen.index[i] {
			copied++
		}
	}
	table := record.Table{
		Caption: fmt.Sprintf("pretrained:%s, right halves of %d held-out and %d training images hidden and filled in (%s): root mean square distance over the hidden half in grey levels, mean ± standard error over the images. The nearest training image is that with the nearest right half; a training image is not its own. %.0f of %d training images are what is nearest to their own inpainting.", model, o.images, o.images, data, copied, o.images),
		Header:  []string{"distance", "held-out images", "training images"},
	}
	row := func(name string, a, b []float64) {
		table.Rows = append(table.Rows, []string{name, uncertainty.Text(uncertainty.Mean(a)), uncertainty.Text(uncertainty.Mean(b))})
		run.Results[model+" held-out: "+name], run.Results[model+" training: "+name] = stat.Mean(a, nil), stat.Mean(b, nil)
	}
	row("inpainting to the nearest training image", nearest(0), nearest(2))
	row("image to the nearest training image", nearest(1), nearest(3))
	row("their difference, in pairs", floats.SubTo(make([]float64, o.images), nearest(0), nearest(1)), floats.SubTo(make([]float64, o.images), nearest(2), nearest(3)))
	row("inpainting to its own image", own(held, true), own(seen, true))
	row("inpainting to its own image, known half", own(held, false), own(seen, false))
	run.Results[model+" training images that are nearest to their inpainting"] = copied
	run.Tables = append(run.Tables, table)
}

// shownHalves are the first held-out images: what is known, the inpainting, the image, and the training image whose right half is nearest.
func shownHalves(shape []int, known []bool, held halves, train dataset.Dataset, near [4][]metric.Neighbor) (*record.Images, error) {
	if shape[2] != 3 {
		return nil, errors.New("bench inpainting: only RGB images are drawn")
	}
	var pixels []float32
	for i := range min(12, len(held.images)) {
		seen, neighbour := make([]float32, len(known)), make([]float32, len(known))
		for j, k := range known {
			if k {
				seen[j] = held.images[i][j]
			}
		}
		if err := train.Read(near[0][i].Index, neighbour); err != nil {
			return nil, err
		}
		pixels = slices.Concat(pixels, seen, held.painted[i], held.images[i], neighbour)
	}
	return &record.Images{Shape: shape, Pixels: dataset.Bytes(pixels)}, nil
}

// drawInpainting shows them.
func drawInpainting(p element.Page) error {
	return drawSheets(p, "inpainting", 8, "known, filled in, the image, nearest training image", func(model string) string {
		return fmt.Sprintf("Held-out images of which the right half is hidden, in groups of four: what is known, filled in by a chain of its own, the image itself, and the training image whose right half is nearest to the inpainting's. pretrained:%s, acceptance %.2f on the last level.", model, p.Results[model+" held-out: acceptance"])
	})
}
