package homotopy

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// Path is any other Gaussian path, by its mean factor μ(s) and standard deviation √v(s) > 0 on s in
// [0, 1], both [batch] to [batch]. Their derivatives are taken by automatic differentiation.
type Path struct {
	Name   string              `json:"-"`
	Mu, Sd func(s *Node) *Node `json:"-"`
}

var _ Homotopy = Path{}

// At implements [Homotopy].
func (p Path) At(s *Node) Coefficients {
	mu, sd := p.Mu(s), p.Sd(s)
	return Coefficients{
		Mu: mu, MuDot: derivative(mu, s),
		V: graph.Square(sd), VDot: graph.MulScalar(graph.Mul(sd, derivative(sd, s)), 2),
	}
}

// derivative of f [batch] in s [batch], entry by entry.
func derivative(f, s *Node) *Node { return graph.Gradient(graph.ReduceAllSum(f), s)[0] }

func (p Path) String() string { return fmt.Sprintf("path %q", p.Name) }
