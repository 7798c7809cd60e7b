package measure

import (
	"testing"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/metric/classifier"
)

// Held-out images are nearest to the training images and noise farthest, in all and in disjoint parts, whose mean is further away: fewer
// images are. Noise has no recall.
func TestDistancesAreInOrder(t *testing.T) {
	const n = 128
	by, err := classifier.Random(backend.Host(), 0)
	if err != nil {
		t.Fatal(err)
	}
	of := func(name, split string, size int) Features {
		data, err := dataset.Open(name, dataset.Options{Split: split, Size: size})
		if err != nil {
			t.Fatal(err)
		}
		f, err := FeaturesOf(t.Context(), by, data, n, func(int) {})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	real := of("drawn", "train", 0)
	held, err := DistancesOf(t.Context(), real, of("drawn", "test", 0), n/Parts)
	if err != nil {
		t.Fatal(err)
	}
	noise, err := DistancesOf(t.Context(), real, of("uniform", "test", 32), n/Parts)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("held-out %+v, noise %+v", held, noise)
	if !(0 < held.All && held.All < held.Frechet.Mean && held.Frechet.Mean < noise.Frechet.Mean && held.Frechet.SD > 0) {
		t.Errorf("held-out %+v, noise %+v", held, noise)
	}
	if noise.Recall.Mean > 0.05 || held.Recall.Mean < 0.3 || held.KID.Mean > noise.KID.Mean {
		t.Errorf("held-out %+v, noise %+v", held, noise)
	}
}
