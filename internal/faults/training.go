package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
)

// small is a training of some tenths of a second.
func small() vapo.Config {
	c := vapo.DefaultConfig()
	c.Width, c.Depth, c.Batch, c.Steps, c.Warmup = 8, 1, 8, 300, 10
	return c
}

// train trains or resumes the small model below dir, with a checkpoint as often as the disk takes one, and gives its weights'
// hash.
func train(ctx context.Context, dir string, every int, observe func(vapo.Progress)) (m *vapo.Model, hash string, err error) {
	data, err := dataset.Open("ring8", dataset.Options{})
	if err != nil {
		return nil, "", err
	}
	m, err = vapo.TrainOrLoad(ctx, backend.Host(), dir, small(), data, vapo.Run{Every: every, Resume: true, Observe: observe})
	if err != nil {
		return nil, "", err
	}
	hash, err = vapo.WeightsSHA256(m.Store)
	return m, hash, err
}

// undisturbed is the hash of the weights of a training that nothing happened to.
var undisturbed = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "faults-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	_, hash, err := train(context.Background(), dir, 1000, nil)
	return hash, err
})

// recovers trains below dir to the end and compares.
func (o *outcome) recovers(ctx context.Context, dir, what string) {
	want, err := undisturbed()
	if err == nil {
		var got string
		if _, got, err = train(ctx, dir, 1000, nil); err == nil && got != want {
			err = fmt.Errorf("the weights are %.8s, not %.8s", got, want)
		}
	}
	if err != nil && ctx.Err() == nil {
		o.fail("%s: %v", what, err)
	}
}

// childEnv is the folder below which this program, as a child of itself, trains.
const childEnv = "VAPO_FAULTS_CHILD"

// answerChild is the child's part: it says when it has taken its first step, and when the model is saved, with the hash.
func answerChild() bool {
	dir := os.Getenv(childEnv)
	if dir == "" {
		return false
	}
	var first sync.Once
	_, hash, err := train(context.Background(), dir, 1, func(vapo.Progress) { first.Do(func() { fmt.Println("step") }) })
	if err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
	fmt.Println("done", hash)
	return true
}

// child is a training in a process of its own.
type child struct {
	*exec.Cmd
	out   *bufio.Scanner
	began time.Time // its first step
	hash  string    // of its weights, when it is done
	said  string    // its last line
}

func startChild(dir string) (*child, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{Cmd: exec.Command(program)}
	c.Env = append(os.Environ(), childEnv+"="+dir, "VAPO_BACKEND=go")
	pipe, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = bufio.NewScanner(io.Reader(pipe))
	return c, c.Start()
}

// toStep waits for the child's first step, or its end where it has none to take.
func (c *child) toStep() {
	for c.out.Scan() {
		if c.note(c.out.Text()); c.said == "step" {
			c.began = time.Now()
			return
		}
	}
}

// toDone waits until the child is done, or gone.
func (c *child) toDone() bool {
	for c.hash == "" && c.out.Scan() {
		c.note(c.out.Text())
	}
	return c.hash != ""
}

func (c *child) note(line string) {
	c.said = line
	if hash, ok := strings.CutPrefix(line, "done "); ok {
		c.hash = hash
	}
}
