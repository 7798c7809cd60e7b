package backend

import (
	"fmt"
	"reflect"
	"runtime"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
)

// newGo returns a pure-Go backend as a choice; notes say why it was taken.
func newGo(notes ...string) (*Choice, error) {
	b, err := openGo()
	if err != nil {
		return nil, fmt.Errorf("backend: pure Go: %w", err)
	}
	details := append([]string{"pure Go"}, notes...)
	if !SIMD && runtime.GOARCH == "amd64" {
		details = append(details, "built without simd: 3–4× slower on pure Go, set GOEXPERIMENT=simd")
	}
	return newChoice(b, "go", details...), nil
}

// openGo starts the pure-Go backend with unlimited workers (parallelism=-1): with its default pool it deadlocks when
// several large matrix products become ready at once. The option in GoMLX's configuration string prints a line to
// standard output, which would end up in notebooks and examples, so the pool is set directly.
func openGo() (compute.Backend, error) {
	b, err := gobackend.New("")
	if err != nil {
		return nil, err
	}
	if pool := reflect.Indirect(reflect.ValueOf(b)).FieldByName("Workers"); pool.IsValid() {
		if set, ok := pool.Interface().(interface{ SetMaxParallelism(int) }); ok {
			set.SetMaxParallelism(-1)
			return b, nil
		}
	}
	return gobackend.New("parallelism=-1")
}

// Host returns the pure-Go backend for small exact work on the host, in float64 where asked: coefficients, the oracle,
// tests. It is made once; do not finalise it.
var Host = sync.OnceValue(func() compute.Backend {
	b, err := openGo()
	if err != nil {
		panic(fmt.Sprintf("backend: pure Go does not start: %v", err))
	}
	return b
})
