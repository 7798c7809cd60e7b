package homotopy

import "fmt"

// Linear is the homotopy α = 1−t, β = t on the arc-length clock: √v = ω(1−cs), μ = κ₀(1 − (1−cs)²), c = 1 − σ/ω, κ₀ = ω²/(ω²−σ²).
type Linear struct {
	Omega float64 `json:"omega"` // prior's standard deviation ω
	Sigma float64 `json:"sigma"` // likelihood's standard deviation, 0 < σ < ω
}

var _ Timed = Linear{}

func (l Linear) arc() arc { return arc{l.Omega, 1 - l.Sigma/l.Omega} }

// signal is ω² − σ².
func (l Linear) signal() float64 { return l.Omega*l.Omega - l.Sigma*l.Sigma }

// At implements [Homotopy].
func (l Linear) At(s *Node) Coefficients { return l.arc().quadratic(s, l.Omega*l.Omega/l.signal()) }

// Time implements [Timed].
func (l Linear) Time(s float64) float64 { return l.Sigma * l.Sigma / l.signal() * l.arc().grown(s) }

// Validate says which number cannot be used.
func (l Linear) Validate() error {
	if err := check(l.Omega, l.Sigma); err != nil {
		return err
	}
	if l.Sigma >= l.Omega {
		return fmt.Errorf("linear needs sigma < omega, got sigma = %g, omega = %g", l.Sigma, l.Omega)
	}
	return nil
}

func (l Linear) String() string {
	return fmt.Sprintf("linear (omega = %g, sigma = %g)", l.Omega, l.Sigma)
}
