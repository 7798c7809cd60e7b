package metric_test

import (
	"fmt"

	"vapoflow/vapo/metric"
)

// One of the three test images scores below one of the four foreign ones and ties with another.
func ExampleAUROC() {
	test := []float64{0.1, 0.2, 0.4}
	foreign := []float64{0.3, 0.4, 0.8, 0.9}
	area, err := metric.AUROC(test, foreign)
	fmt.Printf("%.3f %v\n", area, err)
	// Output: 0.875 <nil>
}
