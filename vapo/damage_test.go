package vapo_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
)

// flip turns one bit of a file.
func flip(t *testing.T, path string, bit int) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[bit/8] ^= 1 << (bit % 8)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// A finished model with a turned bit is set aside with a word and trained again to the same weights.
func TestDamagedModelIsTrainedAgain(t *testing.T) {
	c, data, dir := small(), open(t, small()), t.TempDir()
	whole, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	flip(t, filepath.Join(whole.Dir, "weights.npz"), 8*2000+3)
	if _, err := vapo.Load(backend.Host(), whole.Dir); !errors.Is(err, vapo.ErrDamaged) {
		t.Errorf("loading weights with a turned bit: %v", err)
	}
	var said string
	again, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{Say: func(line string) { said += line }})
	if err != nil {
		t.Fatal(err)
	}
	if again.Loaded || weights(t, again) != weights(t, whole) || !strings.Contains(said, ".damaged-") {
		t.Errorf("loaded %v, same weights %v, said %q", again.Loaded, weights(t, again) == weights(t, whole), said)
	}
}

// The newest checkpoint is damaged: the one before it is taken, and the end is the same.
func TestDamagedCheckpointFallsBack(t *testing.T) {
	c, data, dir := small(), open(t, small()), t.TempDir()
	whole, err := vapo.TrainOrLoad(t.Context(), backend.Host(), t.TempDir(), c, data, vapo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = vapo.TrainOrLoad(ctx, backend.Host(), dir, c, data, vapo.Run{Every: 10, Observe: func(p vapo.Progress) {
		if p.Step == 15 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	entry := filepath.Join(dir, c.Key(data))
	flip(t, filepath.Join(entry, "checkpoint.npz"), 8*1500)
	first := -1
	resumed, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{Resume: true, Observe: func(p vapo.Progress) {
		if first < 0 {
			first = p.Resumed
		}
	}})
	if err != nil || first != 10 {
		t.Fatalf("resumed at step %d, want 10 of the checkpoint before: %v", first, err)
	}
	if weights(t, whole) != weights(t, resumed) {
		t.Error("resumed from the checkpoint before, the weights are others")
	}
}

// Two at one model: one trains, the other waits and loads; with NoWait it is refused.
func TestTwoTrainOne(t *testing.T) {
	c, data, dir := small(), open(t, small()), t.TempDir()
	c.Steps = 200
	begun := make(chan struct{})
	var once, group sync.WaitGroup
	once.Add(1)
	var first *vapo.Model
	group.Go(func() {
		var err error
		first, err = vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{Observe: func(p vapo.Progress) {
			if p.Step == 1 {
				close(begun)
				once.Wait()
			}
		}})
		if err != nil {
			t.Error(err)
		}
	})
	<-begun
	if _, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{NoWait: true}); !errors.Is(err, vapo.ErrBusy) {
		t.Errorf("the second was let in: %v", err)
	}
	said := ""
	time.AfterFunc(50*time.Millisecond, once.Done)
	second, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{Say: func(line string) { said = line }})
	group.Wait()
	if err != nil || !second.Loaded || !strings.Contains(said, "waiting for process") || weights(t, first) != weights(t, second) {
		t.Errorf("the second: loaded %v, said %q, %v", second != nil && second.Loaded, said, err)
	}
}

// Every turned bit of a weights file is told, or leaves the weights as they were.
func TestNoTurnedBitIsSilent(t *testing.T) {
	c := small()
	c.Width, c.Depth, c.Steps = 4, 1, 2
	m, err := vapo.TrainOrLoad(t.Context(), backend.Host(), t.TempDir(), c, open(t, c), vapo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	path, want := filepath.Join(m.Dir, "weights.npz"), weights(t, m)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for bit := 0; bit < 8*len(content); bit += 61 {
		turned := bytes.Clone(content)
		turned[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(path, turned, 0o644); err != nil {
			t.Fatal(err)
		}
		loaded, err := vapo.Load(backend.Host(), m.Dir)
		switch {
		case err != nil:
			told++
		case weights(t, loaded) != want:
			t.Fatalf("bit %d turned loads other weights without an error", bit)
		}
	}
	if told == 0 {
		t.Error("no bit of all was told")
	}
}
