package classifier_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/stat"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/backend/backendtest"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/metric/classifier"
)

// stripes are noisy images of two classes, bright and dark lines that run across or down.
type stripes int

func (n stripes) Info() dataset.Info {
	return dataset.Info{Name: "stripes", Title: "stripes", Shape: []int{32, 32, 3}, Len: int(n)}
}

func (stripes) Label(i int) (int, error) { return i % 2, nil }

func (stripes) Read(i int, dst []float32) error {
	rng := rand.New(rand.NewPCG(1, uint64(i)))
	phase := rng.IntN(8)
	for k := range dst {
		along := k / 3 / 32
		if i%2 == 1 {
			along = k / 3 % 32
		}
		dst[k] = float32(math.Copysign(0.3, float64((along+phase)/4%2)-0.5)) + float32(rng.NormFloat64()*0.3)
	}
	return nil
}

var short = classifier.Training{Steps: 25, Batch: 8}

// A few steps tell stripes across from stripes down, on images not seen before; before training, chance.
func TestTrainLearnsItsClasses(t *testing.T) {
	var losses []float64
	trained, err := classifier.Train(context.Background(), backend.Host(), stripes(200), short, func(_ int, loss float64) { losses = append(losses, loss) })
	if err != nil {
		t.Fatal(err)
	}
	if len(losses) != short.Steps || math.Abs(losses[0]-math.Log(2)) > 1e-5 {
		t.Errorf("%d losses, the first %.4f; want %d from log 2 = %.4f", len(losses), losses[0], short.Steps, math.Log(2))
	}
	accuracy, err := trained.Accuracy(context.Background(), shifted{300}, 64)
	if err != nil || accuracy < 0.9 {
		t.Errorf("accuracy %.2f on new images, %v", accuracy, err)
	}
	if sd := stat.StdDev(column(t, trained, 100, 7), nil); math.Abs(sd-1) > 0.2 {
		t.Errorf("a feature's standard deviation over training images is %g", sd)
	}
	again, err := classifier.Train(context.Background(), backend.Host(), stripes(200), short, nil)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "weights.npz")
	if err := again.Save(path); err != nil {
		t.Fatal(err)
	}
	loaded, err := classifier.Load(backend.Host(), path, "stripes classifier")
	if err != nil {
		t.Fatal(err)
	}
	if a, b := featuresOf(t, trained, 5), featuresOf(t, loaded, 5); !slices.Equal(a, b) || loaded.Name() != trained.Name() {
		t.Error("the same training, saved and loaded, has other features")
	}
}

// shifted are stripes from index first on.
type shifted struct{ first int }

func (s shifted) Info() dataset.Info              { return stripes(100).Info() }
func (s shifted) Label(i int) (int, error)        { return stripes(0).Label(s.first + i) }
func (s shifted) Read(i int, dst []float32) error { return stripes(0).Read(s.first+i, dst) }

// A row of the features depends on its image alone, not on its batch.
func TestFeaturesAreOfTheImageAlone(t *testing.T) {
	e, err := classifier.Random(backend.Host(), 1)
	if err != nil {
		t.Fatal(err)
	}
	many, few := featuresOf(t, e, 20), featuresOf(t, e, 3)
	for i, v := range few {
		if math.Abs(float64(v-many[i])) > 1e-6 {
			t.Fatalf("feature %d is %g among 20 images and %g among 3", i, many[i], v)
		}
	}
	if e.Comparable() || e.Dim() != 64 || len(few) != 3*64 {
		t.Errorf("comparable %v, dim %d, %d features of 3 images", e.Comparable(), e.Dim(), len(few))
	}
}

func featuresOf(t *testing.T, e *classifier.Extractor, n int) []float32 {
	t.Helper()
	x, err := dataset.ReadRange(stripes(1000), 0, n)
	if err != nil {
		t.Fatal(err)
	}
	out, err := e.Features(tensors.FromFlatDataAndDimensions(x, n, 32, 32, 3))
	if err != nil {
		t.Fatal(err)
	}
	return tensors.MustCopyFlatData[float32](out)
}

// column is feature k of the first n images.
func column(t *testing.T, e *classifier.Extractor, n, k int) (values []float64) {
	t.Helper()
	all := featuresOf(t, e, n)
	for i := range n {
		values = append(values, float64(all[i*e.Dim()+k]))
	}
	return values
}

func TestBadInputIsNamed(t *testing.T) {
	e, err := classifier.Random(backend.Host(), 1)
	if err != nil {
		t.Fatal(err)
	}
	_, wrongShape := e.Features(tensors.FromFlatDataAndDimensions(make([]float32, 64*64*3), 1, 64, 64, 3))
	_, noSteps := classifier.Train(context.Background(), backend.Host(), stripes(10), classifier.Training{Batch: 4}, nil)
	_, noFile := classifier.Load(backend.Host(), "nowhere.npz", "")
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	_, cut := classifier.Train(stopped, backend.Host(), stripes(10), short, nil)
	for _, c := range []struct {
		err  error
		want string
	}{{wrongShape, "want float32 [n, 32, 32, 3]"}, {noSteps, "0 steps"}, {noFile, "nowhere.npz"}, {cut, "canceled"}} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("error %v, want it to hold %q", c.err, c.want)
		}
	}
}

func ExampleRandom() {
	extractor, err := classifier.Random(backend.Host(), 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	images := tensors.FromFlatDataAndDimensions(make([]float32, 2*32*32*3), 2, 32, 32, 3) // two grey ones
	features, err := extractor.Features(images)
	fmt.Println(extractor.Name(), features.Shape(), extractor.Comparable(), err)
	// Output: random convolutions (Float32)[2, 64] false <nil>
}

// Four devices see what one sees, to the last bit.
func TestFeaturesOnDevices(t *testing.T) {
	four, one := backendtest.Four(t)
	const n = 300
	images, err := dataset.ReadRange(stripes(n), 0, n)
	if err != nil {
		t.Fatal(err)
	}
	var seen [2][]float32
	for i, b := range []compute.Backend{one, four} {
		e, err := classifier.Random(b, 1)
		if err != nil {
			t.Fatal(err)
		}
		features, err := e.Features(tensors.FromFlatDataAndDimensions(slices.Clone(images), n, 32, 32, 3))
		if err != nil {
			t.Fatal(err)
		}
		seen[i] = tensors.MustCopyFlatData[float32](features)
	}
	if len(seen[0]) != n*64 || !slices.Equal(seen[0], seen[1]) {
		t.Errorf("%d features on one device, %d on four, and not the same", len(seen[0]), len(seen[1]))
	}
}
