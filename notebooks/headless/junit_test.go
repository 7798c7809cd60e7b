package main

import (
	"os"
	"testing"
)

func TestJUnit(t *testing.T) {
	failed := &failure{cell: 2, line: 3, text: `undefined: "<a>"`}
	got, err := junit([]result{
		{path: "a.ipynb", seconds: 1.5, cells: []cellResult{{ran: true, seconds: 0.25}, {ran: true, seconds: 1, failure: failed}, {}}, failure: failed},
		{path: "b.ipynb", failure: &failure{text: "not a notebook"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/junit.xml")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got\n%s", got)
	}
}
