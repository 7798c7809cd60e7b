package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"vapoflow/internal/atomicfile"
)

// A notebook is an nbformat 4 document. Fields that the format may gain are not kept: 4.5 allows no others.
type notebook struct {
	cells    []*cell
	metadata map[string]any
}

// A cell is one cell of a notebook; outputs and count belong to code cells, attachments to the others.
type cell struct {
	kind        string // "code", "markdown" or "raw"
	id          string
	metadata    map[string]any
	source      string
	attachments map[string]any
	outputs     []any // nbformat outputs, as JSON objects
	count       *int  // execution_count; nil where the cell did not run
}

// tagged tells whether the cell carries the tag.
func (c *cell) tagged(tag string) bool {
	tags, _ := c.metadata["tags"].([]any)
	return slices.Contains(tags, any(tag))
}

// code returns the code cells in order. A cell's number in messages is its place in this list, from 1, which is
// also what GoNB counts.
func (n *notebook) code() []*cell {
	var code []*cell
	for _, c := range n.cells {
		if c.kind == "code" && !c.tagged(injectedTag) {
			code = append(code, c)
		}
	}
	return code
}

// readNotebook reads an nbformat 4 file of any minor version.
func readNotebook(path string) (*notebook, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseNotebook(text)
}

func parseNotebook(text []byte) (*notebook, error) {
	var file struct {
		Cells []struct {
			Kind        string         `json:"cell_type"`
			ID          string         `json:"id"`
			Metadata    map[string]any `json:"metadata"`
			Source      any            `json:"source"`
			Attachments map[string]any `json:"attachments"`
			Outputs     []any          `json:"outputs"`
			Count       *int           `json:"execution_count"`
		} `json:"cells"`
		Metadata map[string]any `json:"metadata"`
		Format   int            `json:"nbformat"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("not a notebook: %w", err)
	}
	if file.Format != 4 {
		return nil, fmt.Errorf("nbformat %d is not supported: open and save it in Jupyter to make it nbformat 4", file.Format)
	}
	n := &notebook{metadata: orEmpty(file.Metadata)}
	for _, c := range file.Cells {
		n.cells = append(n.cells, &cell{kind: c.Kind, id: c.ID, metadata: orEmpty(c.Metadata), source: joined(c.Source),
			attachments: c.Attachments, outputs: c.Outputs, count: c.Count})
	}
	n.nameCells()
	return n, n.checkLanguage()
}

// nameCells gives an id to each cell that has none of its own, as 4.5 demands.
func (n *notebook) nameCells() {
	seen := map[string]bool{}
	for i, c := range n.cells {
		for k := i + 1; c.id == "" || seen[c.id]; k++ {
			c.id = fmt.Sprintf("cell-%d", k)
		}
		seen[c.id] = true
	}
}

// checkLanguage refuses a notebook that says it is written in another language than Go.
func (n *notebook) checkLanguage() error {
	for _, at := range [][2]string{{"kernelspec", "language"}, {"language_info", "name"}} {
		section, _ := n.metadata[at[0]].(map[string]any)
		if language, _ := section[at[1]].(string); language != "" && language != "go" {
			return fmt.Errorf("its language is %q: only Go notebooks can be run", language)
		}
	}
	return nil
}

// marshal renders the notebook as Jupyter writes it: nbformat 4.5, sorted keys, an indent of one.
func (n *notebook) marshal() ([]byte, error) {
	cells := make([]any, len(n.cells))
	for i, c := range n.cells {
		object := map[string]any{"cell_type": c.kind, "id": c.id, "metadata": c.metadata, "source": lines(c.source)}
		if c.kind == "code" {
			object["outputs"], object["execution_count"] = append([]any{}, c.outputs...), c.count
		} else if c.attachments != nil {
			object["attachments"] = c.attachments
		}
		cells[i] = object
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	err := encoder.Encode(map[string]any{"cells": cells, "metadata": n.metadata, "nbformat": 4, "nbformat_minor": 5})
	return text.Bytes(), err
}

// write replaces the file at path by the notebook in one step, so that no reader ever sees half of it.
func (n *notebook) write(path string) error {
	text, err := n.marshal()
	if err != nil {
		return err
	}
	return writeAtomically(path, text)
}

// writeAtomically makes the folder of path if need be and puts text there in one step.
func writeAtomically(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return atomicfile.WriteBytes(path, text)
}

// writable makes a folder and tries to write there, so that a long run does not end with nowhere to go.
func writable(folder string) error {
	err := os.MkdirAll(folder, 0o777)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(folder, ".try-*")
	if err != nil {
		return err
	}
	file.Close()
	return os.Remove(file.Name())
}

// joined is a multi-line string of nbformat, which may be a string or a list of lines.
func joined(source any) string {
	switch s := source.(type) {
	case string:
		return s
	case []any:
		var b strings.Builder
		for _, line := range s {
			fmt.Fprint(&b, line)
		}
		return b.String()
	}
	return ""
}

// lines is the inverse of joined: the form in which Jupyter stores text, for diffs that can be read.
func lines(text string) []string {
	split := strings.SplitAfter(text, "\n")
	if last := len(split) - 1; split[last] == "" {
		split = split[:last]
	}
	return split
}

// orEmpty turns an absent object into an empty one.
func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
