package vapo

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// trainingLog writes training.jsonl: about 200 lines, each a mean over the steps since the last.
type trainingLog struct {
	f       *os.File
	entries []LogEntry // those kept from before an interruption, then the new ones
	sum     LogEntry
	n       int
	before  float64 // seconds of training before this call
	err     error
}

// openLog starts the log of a training, keeping the lines up to the checkpoint it resumes from.
func openLog(run Run) (*trainingLog, error) {
	path := filepath.Join(run.Dir, logFile)
	l := &trainingLog{}
	if run.Resume { // what cannot be read of it is done without: the weights do not depend on it
		l.entries, _ = readLog(path)
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("vapo: the training's log: %w", err)
	}
	l.f = f
	l.rewrite()
	return l, nil
}

func (l *trainingLog) add(p Progress) {
	if p.Step == p.Resumed+1 { // lines after the checkpoint are done again
		for len(l.entries) > 0 && l.entries[len(l.entries)-1].Step > p.Resumed {
			l.entries = l.entries[:len(l.entries)-1]
		}
		if len(l.entries) > 0 {
			l.before = l.entries[len(l.entries)-1].Seconds
		}
		l.rewrite()
	}
	l.sum.Loss += p.Loss
	l.sum.GradNorm += p.GradNorm
	l.n++
	if every := max(1, p.Steps/200); p.Step%every == 0 || p.Step == p.Steps {
		l.write(LogEntry{p.Step, l.sum.Loss / float64(l.n), l.sum.GradNorm / float64(l.n), l.before + p.Seconds})
		l.sum, l.n = LogEntry{}, 0
	}
}

// rewrite makes the file hold the entries and nothing else.
func (l *trainingLog) rewrite() {
	if l.err = l.f.Truncate(0); l.err == nil {
		_, l.err = l.f.Seek(0, 0)
	}
	kept := l.entries
	l.entries = nil
	for _, e := range kept {
		l.write(e)
	}
}

func (l *trainingLog) write(e LogEntry) {
	line, _ := json.Marshal(e) // finite numbers: Train stops at the first that is not
	if _, err := l.f.Write(append(line, '\n')); err != nil && l.err == nil {
		l.err = err
	}
	l.entries = append(l.entries, e)
}

func (l *trainingLog) seconds() float64 {
	if len(l.entries) == 0 {
		return 0
	}
	return l.entries[len(l.entries)-1].Seconds
}

func (l *trainingLog) close() error {
	if l.f == nil {
		return l.err
	}
	if err := l.f.Close(); l.err == nil {
		l.err = err
	}
	l.f = nil
	return l.err
}
