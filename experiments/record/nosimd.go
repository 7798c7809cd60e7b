//go:build !goexperiment.simd

package record

const builtWithSIMD = false
