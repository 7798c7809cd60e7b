// Package autodiff supplies what GoMLX v0.28 lacks for gradients of gradients: a vector-Jacobian product (VJP) of convolutions
// that has one itself, which importing the package puts into GoMLX's table, and a convolution that is differentiable to any order
// and fast on every backend ([Conv]).
//
// Training a potential needs ∂/∂θ of a loss that contains ∇ₓΦ, so every operation on the
// way must be differentiable at least twice.
package autodiff
