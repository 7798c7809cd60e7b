package paper

import (
	"testing"

	"vapoflow/experiments/record"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/metric/classifier"
)

// Held-out images are nearest to the training images and noise farthest, in all and in disjoint parts, whose mean is further away: fewer
// images are. Noise has no recall.
func TestFIDRowsAreInOrder(t *testing.T) {
	by, err := classifier.Random(backend.Host(), 0)
	if err != nil {
		t.Fatal(err)
	}
	w := &work{run: &record.Run{}}
	of := func(name, split string, size int) dataset.Dataset {
		data, err := dataset.Open(name, dataset.Options{Split: split, Size: size})
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	const n = 128
	w.Samples = n
	real, err := w.features(t.Context(), by, of("drawn", "train", 0), n)
	if err != nil {
		t.Fatal(err)
	}
	var held, noise fidRow
	if err := w.fidRow(t.Context(), by, real, of("drawn", "test", 0), n/fidParts, &held); err != nil {
		t.Fatal(err)
	}
	if err := w.fidRow(t.Context(), by, real, of("uniform", "test", 32), n/fidParts, &noise); err != nil {
		t.Fatal(err)
	}
	t.Logf("held-out %+v, noise %+v", held, noise)
	if !(0 < held.all && held.all < held.frechet.mean && held.frechet.mean < noise.frechet.mean && held.frechet.sd > 0) {
		t.Errorf("held-out %+v, noise %+v", held, noise)
	}
	if noise.recall.mean > 0.05 || held.recall.mean < 0.3 || held.kid.mean > noise.kid.mean {
		t.Errorf("held-out %+v, noise %+v", held, noise)
	}
}
