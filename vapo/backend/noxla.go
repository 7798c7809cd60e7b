//go:build !cgo || noxla || !(linux || darwin)

package backend

import (
	"errors"

	"github.com/gomlx/compute"
)

// xlaMissing says why this build has no XLA.
const xlaMissing = "this build has no XLA (it needs cgo, on Linux or macOS, without the tag noxla)"

func openXLA(string) (compute.Backend, error) { return nil, errors.New(xlaMissing) }
