//go:build goexperiment.simd

package record

const builtWithSIMD = true
