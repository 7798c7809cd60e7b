package backend_test

import (
	"fmt"

	"vapoflow/vapo/backend"
)

// Host is pure Go and always there: for coefficients, checks and small models.
func ExampleHost() {
	fmt.Println(backend.Host().Name())
	// Output: Go Backend
}
