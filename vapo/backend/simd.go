//go:build goexperiment.simd

package backend

// SIMD tells whether this build has GoMLX's vector kernels: on amd64, pure Go is 3–4 times slower without.
const SIMD = true
