package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// maxOutput is how many bytes one cell may show; more makes a notebook that no browser opens gladly.
const maxOutput = 8 << 20

var errTooMuch = fmt.Errorf("more than %d MB of output", maxOutput>>20)

// A collector turns what a cell publishes into nbformat outputs.
type collector struct {
	outputs []any
	size    int               // bytes of content kept
	shown   map[string]*shown // displays of all cells of the notebook that may be updated, by display_id
	stderr  []string          // what was written there, as it came
}

// shown is a display that later messages may replace.
type shown struct {
	output map[string]any
	size   int
}

// published is the content of the messages that become outputs.
type published struct {
	Name      string         `json:"name"`
	Text      string         `json:"text"`
	Data      map[string]any `json:"data"`
	Metadata  map[string]any `json:"metadata"`
	Transient struct {
		Display string `json:"display_id"`
	} `json:"transient"`
	Count     *int     `json:"execution_count"`
	Ename     string   `json:"ename"`
	Evalue    string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

// add takes one published message. It returns errTooMuch once the cell has shown too much.
func (c *collector) add(m message) error {
	var p published
	decoder := json.NewDecoder(bytes.NewReader(m.content))
	decoder.UseNumber()
	if err := decoder.Decode(&p); err != nil {
		return fmt.Errorf("the kernel published an unreadable %s: %w", m.header.Type, err)
	}
	switch m.header.Type {
	case "stream":
		if p.Name == "stderr" {
			c.stderr = append(c.stderr, p.Text)
		}
		return c.grow(len(p.Text), func() { c.stream(p.Name, p.Text) })
	case "display_data", "execute_result":
		return c.grow(len(m.content), func() { c.display(m.header.Type, p, len(m.content)) })
	case "update_display_data":
		return c.update(p, len(m.content))
	case "error":
		return c.grow(len(m.content), func() { c.fail(p.Ename, p.Evalue, p.Traceback) })
	}
	return nil // execute_input and the like show nothing
}

// grow counts size bytes and keeps them, unless that is too much.
func (c *collector) grow(size int, keep func()) error {
	if c.size += size; c.size > maxOutput {
		return errTooMuch
	}
	keep()
	return nil
}

// stream appends to the last output if that is the same stream, as Jupyter does.
func (c *collector) stream(name, text string) {
	if len(c.outputs) > 0 {
		last := c.outputs[len(c.outputs)-1].(map[string]any)
		if written, ok := last["text"].(*strings.Builder); ok && last["name"] == name {
			written.WriteString(text)
			return
		}
	}
	written := new(strings.Builder)
	written.WriteString(text)
	c.outputs = append(c.outputs, map[string]any{"output_type": "stream", "name": name, "text": written})
}

// display appends rich output.
func (c *collector) display(kind string, p published, size int) {
	output := map[string]any{"output_type": kind, "data": splitText(p.Data), "metadata": orEmpty(p.Metadata)}
	if kind == "execute_result" {
		output["execution_count"] = p.Count
	}
	c.outputs = append(c.outputs, output)
	if p.Transient.Display != "" {
		c.shown[p.Transient.Display] = &shown{output, size}
	}
}

// update replaces what a display shows, which costs only what it grows by.
func (c *collector) update(p published, size int) error {
	old := c.shown[p.Transient.Display]
	if old == nil {
		return errors.New("the kernel updated a display that it never showed")
	}
	return c.grow(size-old.size, func() {
		old.output["data"], old.output["metadata"], old.size = splitText(p.Data), orEmpty(p.Metadata), size
	})
}

// fail appends an error output.
func (c *collector) fail(name, value string, traceback []string) {
	c.outputs = append(c.outputs, map[string]any{"output_type": "error", "ename": name, "evalue": value,
		"traceback": append([]string{}, traceback...)})
}

// finished returns the outputs in the form in which nbformat stores them.
func (c *collector) finished() []any {
	for _, output := range c.outputs {
		if output := output.(map[string]any); output["output_type"] == "stream" {
			output["text"] = lines(output["text"].(*strings.Builder).String())
		}
	}
	return c.outputs
}

// failed tells whether an error output is there already.
func (c *collector) failed() bool {
	for _, output := range c.outputs {
		if output.(map[string]any)["output_type"] == "error" {
			return true
		}
	}
	return false
}

// splitText stores text as lists of lines, as Jupyter does, and leaves base64 and JSON alone.
func splitText(data map[string]any) map[string]any {
	for kind, value := range orEmpty(data) {
		if text, ok := value.(string); ok && (strings.HasPrefix(kind, "text/") || kind == "image/svg+xml" || kind == "application/javascript") {
			data[kind] = lines(text)
		}
	}
	return orEmpty(data)
}
