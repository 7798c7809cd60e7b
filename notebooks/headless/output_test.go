package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func publish(t *testing.T, c *collector, kind, content string) error {
	t.Helper()
	return c.add(message{header: header{Type: kind}, content: []byte(content)})
}

// TestCollector: streams join, displays update in place, also from a later cell.
func TestCollector(t *testing.T) {
	displays := map[string]*shown{}
	first, second := &collector{shown: displays}, &collector{shown: displays}
	for _, m := range [][2]string{
		{"stream", `{"name": "stdout", "text": "a"}`},
		{"stream", `{"name": "stdout", "text": "b\nc"}`},
		{"stream", `{"name": "stderr", "text": "d"}`},
		{"execute_input", `{"code": "x"}`},
		{"display_data", `{"data": {"text/html": "<i>\n1"}, "transient": {"display_id": "bar"}}`},
		{"display_data", `{"data": {"application/json": {"n": 1}, "image/png": "aGk="}, "metadata": {"w": 2}}`},
	} {
		if err := publish(t, first, m[0], m[1]); err != nil {
			t.Fatal(err)
		}
	}
	outputs := first.finished()
	if err := publish(t, second, "update_display_data", `{"data": {"text/html": "2"}, "transient": {"display_id": "bar"}}`); err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(outputs)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"name":"stdout","output_type":"stream","text":["ab\n","c"]},{"name":"stderr","output_type":"stream","text":["d"]},` +
		`{"data":{"text/html":["2"]},"metadata":{},"output_type":"display_data"},` +
		`{"data":{"application/json":{"n":1},"image/png":"aGk="},"metadata":{"w":2},"output_type":"display_data"}]`
	if string(got) != want {
		t.Errorf("outputs\n%s, want\n%s", got, want)
	}
	if len(second.finished()) != 0 {
		t.Error("an update is an output of the cell that sent it")
	}
}

// TestCollectorLimit: updates in place cost only what is kept, everything else adds up to the limit.
func TestCollectorLimit(t *testing.T) {
	c := &collector{shown: map[string]*shown{}}
	picture := `{"data": {"image/png": "` + strings.Repeat("A", maxOutput/3) + `"}, "transient": {"display_id": "p"}}`
	if err := publish(t, c, "display_data", picture); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		if err := publish(t, c, "update_display_data", picture); err != nil {
			t.Fatal(err)
		}
	}
	text := `{"name": "stdout", "text": "` + strings.Repeat("A", maxOutput/3) + `"}`
	if err := publish(t, c, "stream", text); err != nil {
		t.Fatal(err)
	}
	if err := publish(t, c, "stream", text); err != errTooMuch {
		t.Errorf("error %v, want %v", err, errTooMuch)
	}
}
