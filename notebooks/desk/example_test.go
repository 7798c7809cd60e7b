package desk_test

import (
	"fmt"

	"vapoflow/notebooks/desk"
)

func ExampleTable() {
	desk.Table([]string{"loss", "excess"}, []any{"alignment", 0.0066341}, []any{"covariance", 0.17})
	// Output:
	// loss         excess
	// alignment    0.006634
	// covariance   0.17
}

func ExampleMust() {
	square := func(x float64) (float64, error) { return x * x, nil }
	fmt.Println(desk.Must(square(3)))
	// Output: 9
}
