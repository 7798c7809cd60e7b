package vapo

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// LogEntry is one line of a training's log: means over the steps since the line before.
type LogEntry struct {
	Step     int     `json:"step"`
	Loss     float64 `json:"loss"`      // per example and dimension
	GradNorm float64 `json:"grad_norm"` // before clipping
	Seconds  float64 `json:"seconds"`   // of training up to here, interruptions left out
}

// trainingLog writes training.jsonl: about 200 lines, each a mean over the steps since the last, and one where it is interrupted.
// No training fails for its log, which nothing but its curve depends on.
type trainingLog struct {
	run     Run
	f       *os.File   // nil where it cannot be written
	entries []LogEntry // those kept from before an interruption, then the new ones
	sum     LogEntry
	n       int
	before  float64 // seconds of training before this call
	err     error   // the first of writing it
}

// openLog starts the log of a training in run.Dir, where there is one, keeping the lines up to the checkpoint it resumes from.
func openLog(run Run) *trainingLog {
	l := &trainingLog{run: run}
	if run.Dir == "" {
		return l
	}
	path := filepath.Join(run.Dir, logFile)
	if run.Resume {
		l.entries, _ = readLog(path)
	}
	if l.f, l.err = os.Create(path); l.err == nil {
		l.rewrite()
	}
	return l
}

func (l *trainingLog) add(p Progress) {
	if p.Step == p.Resumed+1 { // lines after the checkpoint are done again
		for len(l.entries) > 0 && l.entries[len(l.entries)-1].Step > p.Resumed {
			l.entries = l.entries[:len(l.entries)-1]
		}
		if l.before = l.seconds(); len(l.entries) == 0 && p.Resumed >= interval(p.Steps) {
			l.run.say("the log of the first %d steps is not there: what it counts in seconds begins after them", p.Resumed)
		}
		l.rewrite()
	}
	l.sum.Loss += p.Loss
	l.sum.GradNorm += p.GradNorm
	l.n++
	l.sum.Step, l.sum.Seconds = p.Step, l.before+p.Seconds
	if p.Step%interval(p.Steps) == 0 || p.Step == p.Steps {
		l.flush()
	}
}

// flush writes the line of the steps since the last.
func (l *trainingLog) flush() {
	if l.n == 0 {
		return
	}
	l.write(LogEntry{l.sum.Step, l.sum.Loss / float64(l.n), l.sum.GradNorm / float64(l.n), l.sum.Seconds})
	l.sum, l.n = LogEntry{}, 0
}

// interval is how many steps a line of the log stands for.
func interval(steps int) int { return max(1, steps/200) }

// rewrite makes the file hold the entries and nothing else.
func (l *trainingLog) rewrite() {
	if l.f == nil {
		return
	}
	err := l.f.Truncate(0)
	if err == nil {
		_, err = l.f.Seek(0, io.SeekStart)
	}
	l.err = cmp.Or(l.err, err)
	kept := l.entries
	l.entries = nil
	for _, e := range kept {
		l.write(e)
	}
}

func (l *trainingLog) write(e LogEntry) {
	l.entries = append(l.entries, e)
	if l.f == nil {
		return
	}
	line, _ := json.Marshal(e) // finite numbers: Train stops at the first that is not
	_, err := l.f.Write(append(line, '\n'))
	l.err = cmp.Or(l.err, err)
}

func (l *trainingLog) seconds() float64 {
	if len(l.entries) == 0 {
		return 0
	}
	return l.entries[len(l.entries)-1].Seconds
}

// close ends the log, and says where it is not whole.
func (l *trainingLog) close() {
	if l.f != nil {
		l.err = cmp.Or(l.err, l.f.Close())
		l.f = nil
	}
	if l.err != nil {
		l.run.say("the log of the training is not whole, which changes no weight: %v", l.err)
		l.err = nil
	}
}

// Log reads the training's log from m.Dir.
func (m *Model) Log() ([]LogEntry, error) {
	if m.Dir == "" {
		return nil, errors.New("vapo: the model was not trained or loaded in a folder and has no training log")
	}
	return readLog(filepath.Join(m.Dir, logFile))
}

func readLog(path string) ([]LogEntry, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("vapo: the training's log: %w", err)
	}
	defer f.Close()
	var entries []LogEntry
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var e LogEntry
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			break // a line cut off by a crash: what follows it was never written
		}
		entries = append(entries, e)
	}
	return entries, nil
}
