package vapo_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
)

var trainedBy = regexp.MustCompile(`(?m)^weights ([0-9a-f]{64}) loaded (true|false)$`)

// Two processes that begin one training at the same moment both end with its weights: one trains, the other loads what it
// trained. Twenty pairs; before there was a lock, pairs failed or mixed their logs.
func TestPairsOfProcesses(t *testing.T) {
	c := small()
	c.Width, c.Depth, c.Steps = 4, 1, 5
	if dir := os.Getenv("VAPO_TEST_PAIR"); dir != "" {
		m, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, open(t, c), vapo.Run{Every: 1, Resume: true})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("weights %s loaded %v\n", weights(t, m), m.Loaded)
		return
	}
	want := ""
	for range 20 {
		dir := t.TempDir()
		var pair [2]*exec.Cmd
		var out [2]bytes.Buffer
		for i := range pair {
			pair[i] = exec.Command(os.Args[0], "-test.run=^TestPairsOfProcesses$")
			pair[i].Env = append(os.Environ(), "VAPO_TEST_PAIR="+dir)
			pair[i].Stdout, pair[i].Stderr = &out[i], &out[i]
			if err := pair[i].Start(); err != nil {
				t.Fatal(err)
			}
		}
		loaded := 0
		for i, process := range pair {
			err := process.Wait()
			said := trainedBy.FindStringSubmatch(out[i].String())
			if err != nil || said == nil {
				t.Fatalf("%v: %s", err, &out[i])
			}
			if want == "" {
				want = said[1]
			}
			if said[1] != want {
				t.Errorf("other weights: %s, want %s", said[1], want)
			}
			if said[2] == "true" {
				loaded++
			}
		}
		log, err := (&vapo.Model{Dir: filepath.Join(dir, c.Key(open(t, c)))}).Log()
		if err != nil || loaded != 1 || len(log) != c.Steps || log[len(log)-1].Step != c.Steps {
			t.Errorf("%d of 2 loaded, a log of %d lines: %v", loaded, len(log), err)
		}
	}
}
