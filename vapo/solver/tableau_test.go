package solver

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The generator finds every rooted tree once: their numbers are OEIS A000081.
func TestRootedTrees(t *testing.T) {
	count := map[int]int{}
	seen := map[string]bool{}
	for _, tree := range rootedTrees() {
		count[tree.order]++
		seen[fmt.Sprint(tree.order, tree.children)] = true
	}
	want := map[int]int{1: 1, 2: 1, 3: 2, 4: 4, 5: 9, 6: 20, 7: 48, 8: 115, 9: 286, 10: 719}
	if !reflect.DeepEqual(count, want) || len(seen) != len(rootedTrees()) {
		t.Errorf("trees by order %v (%d distinct), want %v", count, len(seen), want)
	}
	// The four conditions of order 4 have right-hand sides 1/4, 1/8, 1/12, 1/24.
	var density []float64
	for _, tree := range rootedTrees() {
		if tree.order == 4 {
			density = append(density, tree.density)
		}
	}
	slices.Sort(density)
	if !slices.Equal(density, []float64{4, 8, 12, 24}) {
		t.Errorf("densities of order 4: %v", density)
	}
}

// Each tableau has exactly its order.
func TestTableaus(t *testing.T) {
	for _, tab := range List.All() {
		if err := tab.Validate(); err != nil {
			t.Error(err)
		}
		if p := orderReached(tab.A, tab.B, 1, maxOrder); p != tab.Order {
			t.Errorf("%s: order conditions hold up to %d, Order says %d", tab.Name, p, tab.Order)
		}
		if tab.Title == "" || tab.Source == "" {
			t.Errorf("%q: no title or no source", tab.Name)
		}
	}
}

// The published methods compare with embedded ones of the published orders, and reuse their last stage.
func TestEmbedded(t *testing.T) {
	for _, c := range []struct {
		tab    Tableau
		orders []int
		reuses bool
	}{
		{BogackiShampine, []int{2}, true},
		{DormandPrince5, []int{4}, true},
		{Tsitouras5, []int{4}, true},
		{DormandPrince8, []int{5, 3}, false},
	} {
		if got := c.tab.ErrorOrders(); !slices.Equal(got, c.orders) || c.tab.FSAL() != c.reuses {
			t.Errorf("%s: embedded orders %v, FSAL %v; want %v, %v", c.tab.Name, got, c.tab.FSAL(), c.orders, c.reuses)
		}
	}
}

// A wrong digit anywhere is found.
func TestValidateFindsEachSlip(t *testing.T) {
	for _, tab := range List.All() {
		for _, row := range append(slices.Clone(tab.A), tab.B, tab.C) {
			for j, good := range row {
				row[j] = good + 1e-9
				if tab.Validate() == nil {
					t.Errorf("%s: entry %v changed by 1e-9 unnoticed", tab.Name, good)
				}
				row[j] = good
			}
		}
	}
	bad := func(change func(*Tableau)) error {
		tab := DormandPrince5
		change(&tab)
		return tab.Validate()
	}
	for want, err := range map[string]error{
		"order 11":              bad(func(t *Tableau) { t.Order = 11 }),
		"up to order 5 only":    bad(func(t *Tableau) { t.Order = 6 }),
		"6 rows in A":           bad(func(t *Tableau) { t.A = t.A[1:] }),
		"row 0 of A has 1":      bad(func(t *Tableau) { t.A = append(t.A[1:len(t.A):len(t.A)], t.A[1]) }),
		"row 0 of Error has 6":  bad(func(t *Tableau) { t.Error = [][]float64{t.B[:6]} }),
		"does not sum to 0":     bad(func(t *Tableau) { t.Error = [][]float64{t.B} }),
		"3 rows in Error":       bad(func(t *Tableau) { t.Error = make([][]float64, 3) }),
		"no stages: B is empty": bad(func(t *Tableau) { t.B = nil }),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}

func TestNew(t *testing.T) {
	for _, tab := range List.All() {
		s, err := New(tab.Name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, adaptive := s.(Adaptive); adaptive != tab.Adaptive() {
			t.Errorf("%s: driver %T", tab.Name, s)
		}
	}
	if s, err := New("dopri5", Options{Steps: 7}); err != nil || s.(Fixed).Steps != 7 {
		t.Errorf("dopri5 with 7 steps: %v, %v", s, err)
	}
	for want, o := range map[string]Options{
		"rtol 0.001": {RTol: 1e-3},
		"Steps = -1": {Steps: -1},
	} {
		if _, err := New("rk4", o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	if _, err := New("rk5", Options{}); err == nil || !strings.Contains(err.Error(), `"rk5"`) ||
		!strings.Contains(err.Error(), "dopri5") {
		t.Errorf("error %v, want one with the value and the choices", err)
	}
	if _, err := New("dopri5", Options{ATol: -1}); err == nil || !strings.Contains(err.Error(), "ATol = -1") {
		t.Errorf("error %v, want one that names ATol", err)
	}
}
