package main

import (
	"os"
	"testing"
)

// A notebook that is read is written, and read again.
func FuzzNotebook(f *testing.F) {
	good, err := os.ReadFile("testdata/good.ipynb")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1, null], "outputs": [{}, 3], "metadata": null}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := parseNotebook(text)
		if err != nil {
			return
		}
		again, err := n.marshal()
		if err == nil {
			_, err = parseNotebook(again)
		}
		if err != nil {
			t.Errorf("it cannot be written and read again: %v", err)
		}
	})
}
