package desk

import (
	"strings"
	"testing"
	"time"

	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
)

// The curve is the mean loss of equal spans of the steps, drawn to the frame's full height.
func TestCurve(t *testing.T) {
	var c curve
	for i := 1; i <= 240; i++ {
		c.add(vapo.Progress{Step: i, Steps: 240, Loss: float64(i)})
	}
	if len(c.loss) != spans || c.loss[0] != 1.5 || c.loss[spans-1] != 239.5 || c.step[spans-1] != 240 {
		t.Errorf("curve of %d points from %g to %g at step %g", len(c.loss), c.loss[0], c.loss[spans-1], c.step[spans-1])
	}
	if got := c.mean(); got < 140 || got > 200 { // it forgets over a hundred steps
		t.Errorf("the recent mean of 1 … 240 is %g", got)
	}
	svg := c.svg(240)
	if !strings.Contains(svg, "M2 120.0L") || !strings.Contains(svg, "L240 0.0") {
		t.Errorf("the curve does not span its frame: %s", svg)
	}
}

func TestViewTellsSpeedAndTimeLeft(t *testing.T) {
	v := &view{name: "mlp on <data>"}
	v.curve.add(vapo.Progress{Step: 1, Steps: 100, Loss: 2})
	v.first = vapo.Progress{Step: 1, Steps: 100, Seconds: 3} // two of them in building
	page := v.page(vapo.Progress{Step: 51, Steps: 100, Seconds: 8})
	for _, want := range []string{"mlp on &lt;data&gt;", "step 51 of 100", "10 steps/s", "5s left", `value="51" max="100"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
}

// A preview runs beside the training and is taken up once it is done.
func TestPreviewRunsBeside(t *testing.T) {
	c := vapo.DefaultConfig()
	c.Steps, c.Batch, c.Width, c.Depth = 200, 8, 8, 1
	data, err := c.Open("", "train")
	if err != nil {
		t.Fatal(err)
	}
	b, err := backend.New("go")
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Model(backend.Host(), []int{2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &view{preview: Samples(m)}
	for deadline := time.Now().Add(20 * time.Second); v.picture == "" && time.Now().Before(deadline); c.Seed++ {
		dir := t.TempDir()
		if _, err := vapo.TrainOrLoad(t.Context(), b.Backend, dir, c, data, vapo.Run{Observe: v.updatePreview}); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(v.picture, "h0"); n != 200 {
		t.Errorf("the preview shows %d points, want 200: %.80s", n, v.picture)
	}
}

// The last preview is that of the last step, also while an older one is at work.
func TestLastPreviewIsOfTheLastStep(t *testing.T) {
	c := vapo.DefaultConfig()
	c.Steps, c.Batch, c.Width, c.Depth = 30, 8, 8, 1
	data, err := c.Open("", "train")
	if err != nil {
		t.Fatal(err)
	}
	v := &view{preview: func(weights *model.Store) (string, error) {
		time.Sleep(10 * time.Millisecond)
		return vapo.WeightsSHA256(weights)
	}}
	m, err := vapo.TrainOrLoad(t.Context(), backend.Host(), t.TempDir(), c, data, vapo.Run{Observe: func(p vapo.Progress) {
		v.next = time.Now() // so that one is always at work
		v.observe(p)
	}})
	if err != nil {
		t.Fatal(err)
	}
	if want, err := vapo.WeightsSHA256(m.Store); err != nil || v.picture != want {
		t.Errorf("the last preview is of weights %.8s, those at the end are %.8s (%v)", v.picture, want, err)
	}
}

func TestAgo(t *testing.T) {
	for want, d := range map[string]time.Duration{"5 s": 5 * time.Second, "12 min": 12 * time.Minute, "3 h": 3 * time.Hour, "4 days": 96 * time.Hour} {
		if got := ago(time.Now().Add(-d)); got != want {
			t.Errorf("%v ago is %q, want %q", d, got, want)
		}
	}
}
