package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"vapoflow/experiments/bench"
	"vapoflow/vapo/backend"
)

// A worker answers each job with one line: a time, or nothing where it has no such thing.
func TestWorkerAnswers(t *testing.T) {
	t.Setenv(backend.EnvSpec, "go")
	var out bytes.Buffer
	in := strings.NewReader("step 2\nsample 4\ndensity 4\ndata 1\nmemory 0\n")
	if err := bench.Worker(context.Background(), `{"net": "mlp", "batch": 8, "width": 16}`, in, &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 6 {
		t.Fatalf("%d lines for a start and 5 jobs:\n%s", len(lines), out.String())
	}
	for i, wanted := range []string{"weights", "seconds", "seconds", "seconds", "", "bytes"} {
		var answer map[string]any
		if err := json.Unmarshal([]byte(lines[i]), &answer); err != nil {
			t.Fatal(err)
		}
		if value, _ := answer[wanted].(float64); wanted != "" && value <= 0 || wanted == "" && len(answer) > 0 {
			t.Errorf("line %d is %s, want %q", i, lines[i], wanted)
		}
	}
	if err := bench.Worker(context.Background(), `{`, in, &out); err == nil {
		t.Error("half a workload was taken")
	}
}
