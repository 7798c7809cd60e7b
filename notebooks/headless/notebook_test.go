package main

import (
	"os"
	"strings"
	"testing"
)

// TestRoundTrip: a notebook stored by Jupyter (nbformat 5.11) is written back byte for byte, so that --inplace changes outputs only.
func TestRoundTrip(t *testing.T) {
	const path = "testdata/good.ipynb"
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n, err := readNotebook(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := n.marshal(); err != nil || string(got) != string(want) {
		t.Errorf("%v, written back as\n%s", err, got)
	}
}

// TestReadOlder: formats before 4.5 gain cell ids; text may be a string or lines.
func TestReadOlder(t *testing.T) {
	path := t.TempDir() + "/old.ipynb"
	text := `{"nbformat": 4, "nbformat_minor": 2, "cells": [
		{"cell_type": "markdown", "source": ["a\n", "<b>"]},
		{"cell_type": "code", "id": "cell-1", "source": "x\ny\n", "metadata": {"n": 12345678901234567890}}]}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := readNotebook(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := n.marshal()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"id": "cell-1"`, `"id": "cell-2"`, `"a\n",`, `"<b>"`, `"y\n"`, `"nbformat_minor": 5`, `12345678901234567890`,
		`"execution_count": null`, `"outputs": []`} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:                           "not a notebook",
		`{"nbformat": 3, "cells": []}`: "nbformat 3 is not supported",
		`{"nbformat": 4, "metadata": {"kernelspec": {"language": "python"}}}`: `its language is "python"`,
	} {
		path := t.TempDir() + "/bad.ipynb"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readNotebook(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
