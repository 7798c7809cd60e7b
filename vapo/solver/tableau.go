package solver

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Tableau is an explicit Runge–Kutta method as data. One step of size h from (s, y) evaluates
//
//	k_i = f(s + C_i h, y + h Σ_{j<i} A_ij k_j),   i = 1 … stages,
//	y'  = y + h Σ_i B_i k_i,
//
// and, where Error is given, estimates the local error from h Σ_i Error_i k_i.
type Tableau struct {
	Name   string      // short name for the command line and JSON, such as "dopri5"
	Title  string      // name of the method in the literature
	Source string      // where the coefficients come from
	Order  int         // order of y', 1 to 10
	A      [][]float64 // A[i] has i entries: the stages before stage i
	B, C   []float64   // weights and nodes, one for each stage; C[0] = 0

	// Error is empty where the method has no error estimate. One row e = b − b̂ is compared with the tolerance by its RMS
	// norm. Two rows e5, e3 are combined as in Hairer's DOP853, ‖e5‖² / √(‖e5‖² + 0.01 ‖e3‖²), which falls with h^Order.
	Error [][]float64
}

// Stages returns the number of stages.
func (t Tableau) Stages() int { return len(t.B) }

// Adaptive reports whether the method estimates its error, which the driver Adaptive needs.
func (t Tableau) Adaptive() bool { return len(t.Error) > 0 }

// FSAL reports whether the last stage is evaluated at (s + h, y'), so that the next step can reuse it (first same as last).
func (t Tableau) FSAL() bool {
	m := t.Stages() - 1
	return m > 0 && t.C[m] == 1 && t.B[m] == 0 && slices.Equal(t.A[m], t.B[:m])
}

// ErrorOrders returns, for each row of Error, the order of the embedded method that it compares with: 4 for dopri5.
func (t Tableau) ErrorOrders() []int {
	orders := make([]int, len(t.Error))
	for i, e := range t.Error {
		orders[i] = orderReached(t.A, e, 0, t.Order)
	}
	return orders
}

// String describes the method in one line: name, title, order, stages, source.
func (t Tableau) String() string {
	order := fmt.Sprintf("order %d", t.Order)
	if t.Adaptive() {
		embedded := fmt.Sprint(t.ErrorOrders())
		order += "(" + strings.ReplaceAll(strings.Trim(embedded, "[]"), " ", ",") + ")"
	}
	stages := fmt.Sprintf("%d stages", t.Stages())
	if t.Stages() == 1 {
		stages = "1 stage"
	}
	if t.FSAL() {
		stages += ", last reused"
	}
	return fmt.Sprintf("%-8s %s: %s, %s; %s", t.Name, t.Title, order, stages, t.Source)
}

// Validate returns an error unless the tableau is consistent: lengths fit, C holds the row sums of A, B satisfies every
// order condition up to Order (one for each rooted tree: 200 of them at order 8) and each row of Error sums to zero.
func (t Tableau) Validate() error {
	if err := t.validateLengths(); err != nil {
		return fmt.Errorf("solver: tableau %q: %w", t.Name, err)
	}
	for i, row := range t.A {
		if sum := dot(row, t.C); math.IsNaN(sum) || math.IsInf(sum, 0) {
			return fmt.Errorf("solver: tableau %q: row %d of A is not finite: %v", t.Name, i, row)
		}
		var sum float64
		for _, a := range row {
			sum += a
		}
		if math.Abs(sum-t.C[i]) > 1e-12 {
			return fmt.Errorf("solver: tableau %q: row %d of A sums to %v, want C[%d] = %v", t.Name, i, sum, i, t.C[i])
		}
	}
	if p := orderReached(t.A, t.B, 1, t.Order); p < t.Order {
		return fmt.Errorf("solver: tableau %q: B satisfies the order conditions up to order %d only, want Order = %d",
			t.Name, p, t.Order)
	}
	for i, p := range t.ErrorOrders() {
		if p < 1 {
			return fmt.Errorf("solver: tableau %q: row %d of Error does not sum to 0: %v", t.Name, i, t.Error[i])
		}
	}
	return nil
}

// validateLengths checks what the order conditions index.
func (t Tableau) validateLengths() error {
	m := len(t.B)
	switch {
	case t.Order < 1 || t.Order > maxOrder:
		return fmt.Errorf("order %d, want 1 to %d", t.Order, maxOrder)
	case m == 0:
		return fmt.Errorf("no stages: B is empty")
	case len(t.A) != m || len(t.C) != m:
		return fmt.Errorf("%d rows in A and %d nodes in C for %d weights in B, want %d of each", len(t.A), len(t.C), m, m)
	case len(t.Error) > 2:
		return fmt.Errorf("%d rows in Error, want 0, 1 or 2", len(t.Error))
	}
	for i, row := range t.A {
		if len(row) != i {
			return fmt.Errorf("row %d of A has %d entries, want %d (only explicit methods are supported)", i, len(row), i)
		}
	}
	for i, row := range t.Error {
		if len(row) != m {
			return fmt.Errorf("row %d of Error has %d entries, want %d", i, len(row), m)
		}
	}
	return nil
}

func (t Tableau) isZero() bool { return t.Name == "" && len(t.B) == 0 }
