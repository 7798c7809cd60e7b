package desk_test

import (
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"testing"
	"time"

	"vapoflow/notebooks/desk"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/potential"
)

// TestMain is, as a child process of TestInterruptKeepsTheCheckpoint, a cell that trains.
func TestMain(m *testing.M) {
	if os.Getenv("DESK_TEST_CELL") == "" {
		os.Exit(m.Run())
	}
	time.AfterFunc(time.Second, func() { _ = syscall.Kill(os.Getpid(), syscall.SIGINT) })
	desk.Must(desk.Train(desk.Context(), tiny(1_000_000), nil))
}

func tiny(steps int) vapo.Config {
	c := vapo.DefaultConfig()
	c.Steps, c.Batch, c.Width, c.Depth = steps, 8, 8, 1
	return c
}

func TestTrainTrainsOnce(t *testing.T) {
	newCheckout(t)
	first, err := desk.Train(t.Context(), tiny(20), nil)
	if err != nil || first.Loaded {
		t.Fatalf("first: error %v, loaded %v", err, first != nil && first.Loaded)
	}
	second, err := desk.Train(t.Context(), tiny(20), nil)
	if err != nil || !second.Loaded {
		t.Fatalf("second: error %v, loaded %v", err, second != nil && second.Loaded)
	}
	a, b := desk.Must(vapo.WeightsSHA256(first.Store)), desk.Must(vapo.WeightsSHA256(second.Store))
	if a != b {
		t.Error("the loaded weights are not those trained")
	}
	other, err := desk.Train(t.Context(), tiny(20), desk.Must(dataset.Open("moons", dataset.Options{})))
	if err != nil || other.Loaded || other.Config.Data != "moons" {
		t.Errorf("on other data than the configuration names: %v, %+v", err, other)
	}
}

// A model composed by hand is trained once, and once more for another loss.
func TestFitTrainsOnce(t *testing.T) {
	newCheckout(t)
	training := tiny(20).Training
	fit := func(l loss.Loss) (*vapo.Model, string) {
		data := desk.Must(dataset.Points("mine", [][]float64{{1, 0}, {0, 1}, {-1, 0}}))
		m := &vapo.Model{Flow: flow.Flow{Backend: backend.Host(), Homotopy: homotopy.Straight{Omega: 0.01}, Potential: potential.MLP{Width: 8, Depth: 1}, Shape: []int{2}}}
		desk.Check(desk.Fit(t.Context(), m, l, data, training))
		return m, desk.Must(vapo.WeightsSHA256(m.Store))
	}
	first, a := fit(loss.Alignment{})
	second, b := fit(loss.Alignment{})
	other, c := fit(loss.VarianceReduced{})
	if first.Loaded || !second.Loaded || other.Loaded || a != b || a == c {
		t.Errorf("loaded %v, %v, %v; weights %.8s, %.8s, %.8s", first.Loaded, second.Loaded, other.Loaded, a, b, c)
	}
	if log := desk.Must(second.Log()); len(log) != 20 {
		t.Errorf("a log of %d lines", len(log))
	}
}

// An interrupted cell says so in one line, ends with status 130, and goes on from there when it is run again.
func TestInterruptKeepsTheCheckpoint(t *testing.T) {
	newCheckout(t)
	cell := func() (out []byte, step string) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "DESK_TEST_CELL=1")
		out, _ = cmd.CombinedOutput()
		found := regexp.MustCompile(`^interrupted at step (\d+), checkpoint kept; run the cell again to go on\n$`).FindSubmatch(out)
		if found == nil || cmd.ProcessState.ExitCode() != 130 {
			t.Fatalf("status %d, output %q", cmd.ProcessState.ExitCode(), out)
		}
		return out, string(found[1])
	}
	_, first := cell()
	_, second := cell()
	if len(second) < len(first) || len(second) == len(first) && second <= first {
		t.Errorf("the second run stopped at step %s, the first at %s: it began anew", second, first)
	}
}
