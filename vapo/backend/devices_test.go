package backend_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/backend/backendtest"
)

func TestOverSaysWhatThereIs(t *testing.T) {
	for n, want := range map[int]string{0: "give 1", 2: "go has one"} {
		if _, err := backend.Over(backend.Host(), n); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d devices of pure Go: %v", n, err)
		}
	}
	if b, err := backend.Over(backend.Host(), 1); err != nil || b != backend.Host() || len(backend.Devices(b)) != 1 {
		t.Errorf("one device of pure Go is %v, %v", b, err)
	}
	_, b := backendtest.Four(t)
	if _, err := backend.Over(b, b.NumDevices()+1); err == nil || !strings.Contains(err.Error(), "has 4") {
		t.Errorf("more devices than there are: %v", err)
	}
}

// Each device computes on itself: its results lie there and nowhere else.
func TestDevicesComputeOnThemselves(t *testing.T) {
	four, b := backendtest.Four(t)
	if name := backend.NameOf(four); name != backend.NameOf(b)+"×4" || backend.Whole(four) != b {
		t.Errorf("four devices are called %s", name)
	}
	var seen []string
	for i, device := range backend.Devices(four) {
		seen = append(seen, device.DeviceDescription(0))
		exec := graph.MustNewExec(device, func(x *graph.Node) *graph.Node { return graph.AddScalar(x, 1) })
		for range 2 { // the second call compiles nothing
			out, err := exec.Call(tensors.FromValue([]float32{1, 2}))
			if err != nil {
				t.Fatal(err)
			}
			again, err := exec.Call(out[0]) // stays on the device
			if err != nil {
				t.Fatal(err)
			}
			if got := tensors.MustCopyFlatData[float32](again[0]); !slices.Equal(got, []float32{3, 4}) {
				t.Errorf("device %d computes %v", i, got)
			}
		}
		if device != four && len(backend.Devices(device)) != 1 {
			t.Errorf("device %d shares its work", i)
		}
	}
	if slices.Sort(seen); len(slices.Compact(seen)) != 4 {
		t.Errorf("the devices are %v", seen)
	}
}

func TestShareKeepsOrder(t *testing.T) {
	var order []int
	work := func(device, i int) (int, error) {
		if device != i%3 {
			t.Errorf("piece %d fell to device %d", i, device)
		}
		return i * i, nil
	}
	err := backend.Share(3, 8, work, func(i, square int) error {
		if square != i*i {
			t.Errorf("piece %d has the result %d", i, square)
		}
		order = append(order, i)
		return nil
	})
	if err != nil || !slices.Equal(order, []int{0, 1, 2, 3, 4, 5, 6, 7}) {
		t.Errorf("order %v, %v", order, err)
	}
	broken := errors.New("broken")
	taken := 0
	err = backend.Share(2, 8, func(_, i int) (int, error) {
		if i > 3 {
			t.Errorf("piece %d was begun after an error", i)
		}
		if i == 3 {
			return 0, broken
		}
		return i, nil
	}, func(int, int) error { taken++; return nil })
	if !errors.Is(err, broken) || taken != 3 {
		t.Errorf("after %d results: %v", taken, err)
	}
}
