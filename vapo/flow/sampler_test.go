package flow_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/backend/backendtest"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/solver"
)

// Four devices draw what one draws, to the last bit, also where the batches do not fill a round of them, and carry what is given.
func TestSamplerOnDevices(t *testing.T) {
	four, one := backendtest.Four(t)
	path := homotopy.Straight{Omega: 1}
	var drawn, carried [2][]float32
	for i, b := range []compute.Backend{one, four} {
		m := &flow.Flow{Backend: b, Homotopy: path, Potential: mixture.Optimal{Mixture: mixture.Ring8(), Homotopy: path}, Shape: []int{2}}
		s, err := m.NewSampler(t.Context(), euler, 5, 8)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Draw(t.Context(), 11, 40, func(_ int, x []float32) error { drawn[i] = append(drawn[i], x...); return nil }); err != nil {
			t.Fatal(err)
		}
		prior, err := m.Prior(6, 0, 17)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Carry(t.Context(), prior, func(_ int, x []float32) error { carried[i] = append(carried[i], x...); return nil }); err != nil {
			t.Fatal(err)
		}
		if err := s.Carry(t.Context(), tensors.FromValue([][]float32{{1, 2, 3}}), nil); err == nil || !strings.Contains(err.Error(), "shape") {
			t.Errorf("points of three coordinates are carried in the plane: %v", err)
		}
		if s.NFE != 2 || len(drawn[i]) != 80 || len(carried[i]) != 34 {
			t.Errorf("%d and %d numbers in %d evaluations", len(drawn[i]), len(carried[i]), s.NFE)
		}
		if copies := m.OnDevices(); i == 1 && (len(copies) != 4 || copies[0] != m || m.OnDevices()[3] != copies[3]) {
			t.Errorf("the flow on four devices is %v", copies)
		}
	}
	if !slices.Equal(drawn[0], drawn[1]) || !slices.Equal(carried[0], carried[1]) {
		t.Error("four devices draw other samples than one")
	}
}

// A sample is the same to the last bit whoever draws it: all at once, from the middle, or alone.
func TestSamplerDrawsTheSameSamplesInShards(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		path := homotopy.Straight{Omega: 1}
		m := &flow.Flow{Backend: b, Homotopy: path, Potential: mixture.Optimal{Mixture: mixture.Ring8(), Homotopy: path}, Shape: []int{2}}
		ctx := context.Background()
		draw := func(first, n int) [][]float32 {
			s, err := m.NewSampler(ctx, solver.Adaptive{RTol: 1e-3, ATol: 1e-3}, 5, 8)
			if err != nil {
				t.Fatal(err)
			}
			var all [][]float32
			err = s.Draw(ctx, first, n, func(i int, x []float32) error {
				if i != first+len(all) {
					t.Errorf("sample %d came in the place of %d", i, first+len(all))
				}
				all = append(all, slices.Clone(x))
				return nil
			})
			if err != nil || len(all) != n {
				t.Fatalf("%d samples, %v", len(all), err)
			}
			return all
		}
		whole := draw(0, 21)
		for _, shard := range [][2]int{{0, 5}, {5, 9}, {14, 7}, {20, 1}} {
			for i, x := range draw(shard[0], shard[1]) {
				if !slices.Equal(x, whole[shard[0]+i]) {
					t.Errorf("sample %d of shard %v is %v, and %v in the whole", shard[0]+i, shard, x, whole[shard[0]+i])
				}
			}
		}
		// On its own steps a batch ends where the adaptive solver took it.
		s, err := m.NewSampler(ctx, solver.Adaptive{RTol: 1e-3, ATol: 1e-3}, 5, 8)
		if err != nil {
			t.Fatal(err)
		}
		adaptive, err := m.Sample(ctx, solver.Adaptive{RTol: 1e-3, ATol: 1e-3}, 5, 0, 8)
		if err != nil {
			t.Fatal(err)
		}
		if flat := tensors.MustCopyFlatData[float32](adaptive.State[0]); !slices.Equal(flat, slices.Concat(whole[:8]...)) ||
			!slices.Equal(s.Grid, adaptive.Grid) {
			t.Errorf("the first batch is %v, and %v with the adaptive solver", whole[:8], flat)
		}
		// Points of the prior given by hand end where those of their index do.
		prior, err := m.Prior(5, 3, 2)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Carry(ctx, prior, func(i int, x []float32) error {
			for j := range x {
				if d := x[j] - whole[3+i][j]; d > 1e-5 || d < -1e-5 {
					t.Errorf("point %d carried to %v, want %v", i, x, whole[3+i])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
