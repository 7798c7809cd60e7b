package vapo_test

import (
	"testing"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/loss"
)

// A loss that declares it is trained without clipping, whatever the configuration says, and cached as that.
func TestUnclippedLoss(t *testing.T) {
	if _, unclipped := loss.Loss(loss.Covariance{}).(loss.Unclipped); !unclipped {
		t.Error("the covariance loss, whose noise is skewed, may be clipped")
	}
	for _, name := range loss.List.Names() {
		l, _ := loss.List.Find(name)
		_, unclipped := l.(loss.Unclipped)
		c, dir := small(), t.TempDir()
		c.Loss, c.Steps, c.Optimizer = name, 3, "muon" // Adam hardly sees how long gradients are
		data := open(t, c)
		var trained [2]string
		for i, clip := range []float64{0, 1e-6} {
			c.Clip = clip
			m, err := c.Model(backend.Host(), data.Info().Shape, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := vapo.Train(t.Context(), m, l, data, c.Training, vapo.Run{}); err != nil {
				t.Fatal(err)
			}
			trained[i] = weights(t, m)
			cached, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{})
			if err != nil {
				t.Fatal(err)
			}
			if weights(t, cached) != trained[i] || cached.Loaded != (i == 1 && unclipped) {
				t.Errorf("%s, clip %g: from the cache: %t, or other weights", name, clip, cached.Loaded)
			}
		}
		if same := trained[0] == trained[1]; same != unclipped {
			t.Errorf("%s is unclipped: %t, and clip 1e-6 trains the weights of clip 0: %t", name, unclipped, same)
		}
	}
}
