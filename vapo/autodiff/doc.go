// Package autodiff supplies what GoMLX v0.28 lacks for gradients of gradients: a vector-Jacobian product (VJP) of convolutions
// that has one itself, which importing the package puts into GoMLX's table, and a convolution that is differentiable to any order
// and fast on every backend ([Conv]).
// Swish, Spread, Sum and SquaredNorm compute what GoMLX's own pieces do, and faster where the backend is pure Go.
//
// Training a potential needs ∂/∂θ of a loss that contains ∇ₓΦ, so every operation on the
// way must be differentiable at least twice.
package autodiff
