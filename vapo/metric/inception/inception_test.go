package inception

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/numpy"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/backend/backendtest"
	"vapoflow/vapo/metric"
)

// golden is what pytorch-fid finds; experiments/peers/inception.py writes it.
func golden(t *testing.T, name string) (dims []int, values []float64) {
	t.Helper()
	all, err := numpy.FromNpzFile("testdata/golden.npz")
	if err != nil {
		t.Fatal(err)
	}
	array, ok := all[name]
	if !ok {
		t.Fatalf("golden.npz has no %q: run experiments/peers/inception.py", name)
	}
	if array.DType() == dtypes.Float64 {
		return array.Shape().Dimensions, tensors.MustCopyFlatData[float64](array)
	}
	return array.Shape().Dimensions, wide(tensors.MustCopyFlatData[float32](array))
}

func features(t *testing.T, e *Extractor, images *tensors.Tensor) []float64 {
	t.Helper()
	rows, err := e.Features(images)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := rows.Shape().Dimensions, []int{images.Shape().Dim(0), e.Dim()}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("features %v, want %v", got, want)
	}
	return wide(tensors.MustCopyFlatData[float32](rows))
}

func wide(values []float32) []float64 {
	result := make([]float64, len(values))
	for i, v := range values {
		result[i] = float64(v)
	}
	return result
}

// relative is ‖got − want‖/‖want‖.
func relative(got, want []float64) float64 {
	var difference, norm float64
	for i := range want {
		difference += (got[i] - want[i]) * (got[i] - want[i])
		norm += want[i] * want[i]
	}
	return math.Sqrt(difference / norm)
}

// The images of the golden features: upsampled, upsampled, as they are, downsampled; two of each.
var goldenShapes = [][2]int{{32, 32}, {64, 64}, {299, 299}, {320, 400}}

// Each place's features are those of pytorch-fid's network with the same weights.
func TestFeaturesArePytorchFIDs(t *testing.T) {
	weights := formulaWeights(2048)
	backendtest.Each(t, func(t *testing.T, b compute.Backend) { checkFeatures(t, b, weights, 2048) })
	for _, dim := range []int{64, 192, 768} { // data passes here on its way to the last
		checkFeatures(t, backend.Host(), weights, dim)
	}
}

func checkFeatures(t *testing.T, b compute.Backend, w *Weights, dim int) {
	e, err := New(b, w, dim)
	if err != nil {
		t.Fatal(err)
	}
	dims, want := golden(t, fmt.Sprintf("features%d", dim))
	if dims[0] != 2*len(goldenShapes) || dims[1] != dim {
		t.Fatalf("golden features %v", dims)
	}
	for i, s := range goldenShapes {
		if dim != 2048 && i != 0 {
			continue // one size tells where the features are taken
		}
		got := features(t, e, formulaImages("first", 0, 2, s[0], s[1]))
		for image := range 2 {
			from := (2*i + image) * dim
			d := relative(got[image*dim:(image+1)*dim], want[from:from+dim])
			t.Logf("%d features of image %d of %v: relative difference %.1e", dim, image, s, d)
			if !(d < 1e-4) {
				t.Errorf("%d features of image %d of %v differ by %g of their norm", dim, image, s, d)
			}
		}
	}
}

// The distance of two sets of 4,096 images of 32×32 by 64 features, not resized, is pytorch-fid's.
func TestFIDIsPytorchFIDs(t *testing.T) {
	backends := backendtest.All(t)
	e, err := newExtractor(backends[len(backends)-1], formulaWeights(64), 64, 32) // the fastest
	if err != nil {
		t.Fatal(err)
	}
	var moments []*metric.Moments
	for _, set := range []string{"first", "second"} {
		m := metric.NewMoments(64)
		for i := 0; i < 4096; i += 256 {
			rows, err := e.Features(formulaImages(set, i, 256, 32, 32))
			if err != nil {
				t.Fatal(err)
			}
			if err := m.Add(rows); err != nil {
				t.Fatal(err)
			}
		}
		moments = append(moments, m)
	}
	got, err := metric.FID(moments[0], moments[1])
	if err != nil {
		t.Fatal(err)
	}
	_, want := golden(t, "fid64")
	t.Logf("FID %.8g, pytorch-fid %.8g", got, want[0])
	if !(math.Abs(got/want[0]-1) < 1e-3) {
		t.Errorf("FID %g, pytorch-fid %g", got, want[0])
	}
}

// A set's features do not depend on how it is cut into batches.
func TestFeaturesDoNotDependOnTheBatch(t *testing.T) {
	e, err := newExtractor(backend.Host(), formulaWeights(64), 64, 32)
	if err != nil {
		t.Fatal(err)
	}
	all := features(t, e, formulaImages("first", 0, 37, 32, 32))
	for _, i := range []int{0, 15, 16, 36} {
		if d := relative(features(t, e, formulaImages("first", i, 1, 32, 32)), all[i*64:(i+1)*64]); !(d < 1e-6) {
			t.Errorf("image %d alone has features %g away", i, d)
		}
	}
}

// Four devices see what one sees, to the last bit.
func TestFeaturesOnDevices(t *testing.T) {
	four, one := backendtest.Four(t)
	var seen [2][]float64
	for i, b := range []compute.Backend{one, four} {
		e, err := newExtractor(b, formulaWeights(64), 64, 32)
		if err != nil {
			t.Fatal(err)
		}
		seen[i] = features(t, e, formulaImages("first", 0, 40, 32, 32)) // three batches
	}
	if len(seen[0]) != 40*64 || !slices.Equal(seen[0], seen[1]) {
		t.Errorf("%d features on one device, %d on four, and not the same", len(seen[0]), len(seen[1]))
	}
}

// Values between the 256 levels count as the nearest level, values outside as its end.
func TestImagesAreSeenAsFilesAre(t *testing.T) {
	e, err := newExtractor(backend.Host(), formulaWeights(64), 64, 32)
	if err != nil {
		t.Fatal(err)
	}
	image := formulaImages("first", 3, 1, 32, 32)
	pixels := tensors.MustCopyFlatData[float32](image)
	for i, v := range pixels {
		switch {
		case v == -1:
			pixels[i] = -3
		case v == 1:
			pixels[i] = 1.5
		default:
			pixels[i] += 0.49 / 127.5 * float32(1-i%2*2)
		}
	}
	got := features(t, e, tensors.FromFlatDataAndDimensions(pixels, 1, 32, 32, 3))
	if d := relative(got, features(t, e, image)); d != 0 {
		t.Errorf("an image between the levels has features %g away from the rounded one's", d)
	}
}

func TestComparable(t *testing.T) {
	for _, c := range []struct {
		published bool
		dim       int
		name      string
		want      bool
	}{
		{true, 2048, "FID-Inception", true},
		{true, 64, "FID-Inception 64", false},
		{false, 2048, "FID-Inception, unpublished weights", false},
		{false, 768, "FID-Inception 768, unpublished weights", false},
	} {
		e := &Extractor{dim: c.dim, published: c.published}
		if e.Name() != c.name || e.Comparable() != c.want {
			t.Errorf("published %t, %d features: %q, comparable %t", c.published, c.dim, e.Name(), e.Comparable())
		}
	}
}

func TestErrors(t *testing.T) {
	weights := formulaWeights(64)
	if _, err := New(backend.Host(), weights, 1000); err == nil || !strings.Contains(err.Error(), "choose 64, 192, 768 or 2048") {
		t.Errorf("1000 features: %v", err)
	}
	if _, err := New(backend.Host(), weights, 192); err == nil || !strings.Contains(err.Error(), "no Conv2d_3b_1x1.conv.weight") {
		t.Errorf("missing parameter: %v", err)
	}
	weights.fill("Conv2d_2a_3x3.bn.weight", 33)
	if _, err := New(backend.Host(), weights, 64); err == nil || !strings.Contains(err.Error(), "shape [33]; want [32]") {
		t.Errorf("wrong shape: %v", err)
	}
	e, err := New(backend.Host(), formulaWeights(64), 64)
	if err != nil {
		t.Fatal(err)
	}
	nan := formulaImages("first", 0, 2, 4, 4)
	tensors.MustMutableFlatData(nan, func(flat []float32) { flat[50] = float32(math.NaN()) })
	for want, images := range map[string]*tensors.Tensor{
		"no images":                             nil,
		"channel three times":                   tensors.FromFlatDataAndDimensions(make([]float32, 16), 1, 4, 4, 1),
		"want float32 [n, height, width, 3]":    tensors.FromFlatDataAndDimensions(make([]float64, 48), 1, 4, 4, 3),
		"image 1 holds NaN: leave out samples ": nan,
	} {
		if _, err := e.Features(images); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
