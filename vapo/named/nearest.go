package named

import (
	"fmt"
	"slices"
)

// Nearest is what a misspelt word was meant to be, of some that are known: "" where none is near.
func Nearest(word string, known []string) string {
	if len(known) == 0 {
		return ""
	}
	near := slices.MinFunc(known, func(a, b string) int { return distance(a, word) - distance(b, word) })
	if distance(near, word) > 1+len(word)/3 {
		return ""
	}
	return near
}

// hint asks whether [Nearest] was meant, as the end of a clause.
func hint(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return fmt.Sprintf(" (did you mean %s?)", near)
	}
	return ""
}

// distance is Levenshtein's edit distance.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
