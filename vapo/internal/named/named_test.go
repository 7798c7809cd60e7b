package named_test

import (
	"fmt"

	"vapoflow/vapo/internal/named"
)

func ExampleList_Find() {
	squares := named.List[int]{{"two", "2²", 4}, {"three", "3²", 9}}
	fmt.Println(squares.Find("square", "three"))
	fmt.Println(squares.Find("square", "six"))
	// Output:
	// 9 <nil>
	// 0 unknown square "six"; choose one of two, three
}
