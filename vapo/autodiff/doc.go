// Package autodiff supplies what GoMLX v0.28 lacks for gradients of gradients: the
// vector-Jacobian products (VJPs) of Reverse and Pad, which importing it adds to GoMLX's table, and a
// convolution that is differentiable to any order on every backend ([Conv]).
//
// Training a potential needs ∂/∂θ of a loss that contains ∇ₓΦ, so every operation on the
// way must be differentiable at least twice.
package autodiff
