package inception_test

import (
	"context"
	"fmt"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/metric/inception"
)

// Without the published weights nothing can stand in for them, and the error says where to get them.
func ExamplePublished() {
	weights, err := inception.Published(context.Background(), "no-such-file.pth", nil)
	if err != nil {
		fmt.Println("FID-Inception needs its weights")
		return
	}
	extractor, err := inception.New(backend.Host(), weights, 2048)
	fmt.Println(extractor.Name(), extractor.Comparable(), err)
	// Output: FID-Inception needs its weights
}
