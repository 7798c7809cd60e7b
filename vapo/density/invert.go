package density

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/stat"

	"vapoflow/internal/numbers"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
)

// DefaultS is a clock at which to invert Φ where nothing speaks for another: far from s = 0, where μ vanishes, and from
// s = 1, where κ does.
const DefaultS = 0.5

// Inversion reads a log-density off the potential at one clock: log ρ̄(x; s) = (Φ − (μ̇/2μ)‖x‖²)/κ − Shift (THEORY §6).
type Inversion struct {
	S             float64 `json:"s"`             // clock, inside (0, 1)
	Amplification float64 `json:"amplification"` // 1/κ: an error δ of Φ, beyond its constant, is one of δ/κ nats
	Shift         float64 `json:"shift"`         // c(s)/κ in nats, which only an anchor can tell
}

// Centre is how differences to the anchor are averaged: [Mean] or [Median], which ignores outliers.
type Centre func(values []float64) float64

// Mean is the arithmetic mean.
func Mean(values []float64) float64 { return stat.Mean(values, nil) }

// Median is the middle value, or the mean of the middle two.
func Median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Invert anchors the inversion at clock s: at the reference points x [n, shape...] its log-density equals the given known
// one [n], such as [LogDensity] at the same s, in the mean or by another centre (nil means Mean). It is an error
// where μ(s) = 0, as at s = 0, or κ(s) = 0, as a path may have it at s = 1: choose 0 < s < 1, such as [DefaultS].
func Invert(f *flow.Flow, x *tensors.Tensor, logDensity []float64, s float64, by Centre) (Inversion, error) {
	inversion, err := inversionAt(f, s)
	if err != nil {
		return Inversion{}, err
	}
	relative, err := inversion.LogDensity(f, x)
	if err != nil {
		return Inversion{}, err
	}
	if len(logDensity) != len(relative) {
		return Inversion{}, fmt.Errorf("density: %d known log-densities for %d reference points", len(logDensity), len(relative))
	}
	for i, known := range logDensity {
		if math.IsNaN(known) || math.IsInf(known, 0) {
			return Inversion{}, fmt.Errorf("density: the known log-density of reference point %d is %g; leave it out", i, known)
		}
		relative[i] -= known
	}
	if by == nil {
		by = Mean
	}
	inversion.Shift = by(relative)
	return inversion, nil
}

// LogDensity is log ρ̄(x; s) in nats, [n], by the inversion of f, for x [n, shape...].
func (by Inversion) LogDensity(f *flow.Flow, x *tensors.Tensor) ([]float64, error) {
	at, err := by.scores(f, x)
	return at.LogDensityPotential, err
}

// inversionAt is the inversion at s without an anchor.
func inversionAt(f *flow.Flow, s float64) (Inversion, error) {
	c, err := interior(f, s)
	if err != nil {
		return Inversion{}, err
	}
	return Inversion{S: s, Amplification: 1 / c.Kappa()}, nil
}

// interior gives the path's coefficients at a clock where Φ determines the density.
func interior(f *flow.Flow, s float64) (homotopy.Values, error) {
	c, err := f.Coefficients(s)
	if err != nil {
		return c, err
	}
	const advice = "choose 0 < s < 1, such as 0.5"
	if c.Mu == 0 {
		return c, fmt.Errorf("density: μ = 0 at s = %g, where Φ says nothing of the density; %s", s, advice)
	}
	if kappa := c.Kappa(); !(math.Abs(kappa) > 0) || math.IsInf(1/kappa, 0) {
		return c, fmt.Errorf("density: κ = %g at s = %g, where Φ says nothing of the density; %s", kappa, s, advice)
	}
	return c, nil
}

// scores fills what one evaluation of Φ and ∇Φ gives.
func (by Inversion) scores(f *flow.Flow, x *tensors.Tensor) (Scores, error) {
	flat, err := points(f, x)
	if err != nil {
		return Scores{}, err
	}
	c, err := interior(f, by.S)
	if err != nil {
		return Scores{}, err
	}
	phiAt, gradAt, err := f.Evaluate(x, by.S)
	if err != nil {
		return Scores{}, err
	}
	defer numbers.Finalize(phiAt, gradAt)
	phi, grad := numbers.Flat(phiAt), numbers.Flat(gradAt)
	kappa, d := c.Kappa(), f.Dim()
	out := Scores{Grad: slices.Clone(grad), Energy: make([]float64, len(phi)), ScoreNorm: make([]float64, len(phi)), LogDensityPotential: make([]float64, len(phi))}
	for i := range phi {
		xi, gi := flat[i*d:][:d], grad[i*d:][:d]
		for j := range gi {
			gi[j] = (gi[j] - c.MuDot/c.Mu*xi[j]) / kappa // ∇log ρ̄
		}
		out.Energy[i] = -phi[i]
		out.ScoreNorm[i] = math.Sqrt(squaredNorm(gi))
		out.LogDensityPotential[i] = (phi[i]-c.MuDot/(2*c.Mu)*squaredNorm(xi))/kappa - by.Shift
		out.rows = append(out.rows, Row{X: xi, Score: gi, Phi: phi[i], LogDensity: out.LogDensityPotential[i]})
	}
	return out, nil
}
