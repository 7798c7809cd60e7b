package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/numpy"

	"vapoflow/experiments/console"
	"vapoflow/experiments/record"
	"vapoflow/vapo/backend"
)

// rival is one way to take the same step.
type rival struct {
	name   string
	script string // of experiments/peers, or "": ours
	env    string // of ours
}

var stepRivals = []rival{
	{name: "XLA", env: backend.EnvSpec + "=xla"},
	{name: "pure Go", env: backend.EnvSpec + "=go"},
	{name: "JAX", script: "step_jax.py"},
	{name: "PyTorch", script: "step_torch.py"},
}

// peerCases are the workloads: the two of [stepCases] first, then what the figures show beside them.
var peerCases = []workload{
	{Net: "mlp", Batch: 256, Width: 128, Size: 32}, {Net: "resnet", Batch: 16, Width: 32, Size: 32},
	{Net: "mlp", Batch: 64, Width: 128, Size: 32}, {Net: "mlp", Batch: 1024, Width: 128, Size: 32},
	{Net: "mlp", Batch: 256, Width: 64, Size: 32}, {Net: "mlp", Batch: 256, Width: 256, Size: 32},
	{Net: "resnet", Batch: 4, Width: 32, Size: 32}, {Net: "resnet", Batch: 64, Width: 32, Size: 32},
	{Net: "resnet", Batch: 16, Width: 16, Size: 32}, {Net: "resnet", Batch: 16, Width: 64, Size: 32},
	{Net: "resnet", Batch: 16, Width: 32, Size: 16}, {Net: "resnet", Batch: 16, Width: 32, Size: 64},
}

// mainCases is how many of the cases, the first, are measured in full; the others are points of the figures and no more.
const mainCases = 2

func (c workload) String() string {
	if c.Net == "mlp" {
		return fmt.Sprintf("MLP 3×%d, batch %d", c.Width, c.Batch)
	}
	return fmt.Sprintf("ResNet of width %d, batch %d of %d×%d×3", c.Width, c.Batch, c.Size, c.Size)
}

// worker is a process that takes steps of one workload.
type worker struct {
	rival
	process *exec.Cmd
	in      io.WriteCloser
	lines   *bufio.Scanner
	log     strings.Builder
	first   answer
	started float64 // seconds from the start of the process to the end of the first step
}

// errAbsent is wrapped where a rival cannot run here.
var errAbsent = errors.New("not measured")

func (o *stepOptions) start(ctx context.Context, r rival, c workload) (*worker, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := append(strings.Fields(o.under), program, "bench", "worker", string(text))
	if r.script != "" {
		command = append(strings.Fields(o.under), o.python, filepath.Join("experiments", "peers", r.script), string(text))
	}
	w := &worker{rival: r, process: exec.CommandContext(ctx, command[0], command[1:]...)}
	w.process.Env = append(os.Environ(), r.env)
	w.process.Stderr = &w.log
	if w.in, err = w.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := w.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := w.process.Start(); err != nil {
		return nil, fmt.Errorf("%s was %w: %w", r.name, errAbsent, err)
	}
	w.lines = bufio.NewScanner(out)
	if w.first, err = w.answer(); err != nil {
		return nil, err
	}
	w.started = time.Since(began).Seconds()
	return w, nil
}

// answer reads a line; a process that ends instead has said why in its last one.
func (w *worker) answer() (a answer, err error) {
	if w.lines.Scan() {
		return a, json.Unmarshal(w.lines.Bytes(), &a)
	}
	w.process.Wait()
	said := strings.Split(strings.TrimSpace(w.log.String()), "\n")
	return a, fmt.Errorf("%s was %w: %s", w.name, errAbsent, said[len(said)-1])
}

func (w *worker) ask(job string, n int) (answer, error) {
	if _, err := fmt.Fprintf(w.in, "%s %d\n", job, n); err != nil {
		return answer{}, err
	}
	return w.answer()
}

func (w *worker) stop() {
	w.in.Close()
	w.process.Wait()
}

// costs is what a workload took a rival.
type costs struct {
	Case, Rival     string
	Version         string
	Steps           []float64 // ms a step, in the order of the rounds
	Started, First  float64   // s to the end of the first step: of the process, and from the building of its graph
	Sample, Density float64   // ms of one evaluation of a batch; 0: it has no such thing
	Data            float64   // ms to read a batch
	Memory          float64   // MB, the most that the process has held
	Workload        workload
}

// comparePeers times the steps of ours and of the twins by turns.
func (o *stepOptions) comparePeers(ctx context.Context, w *work) error {
	folder, err := os.MkdirTemp("", "vapo-peers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	var all []costs
	for i, c := range peerCases {
		if i >= mainCases && !o.figures {
			break
		}
		if i < mainCases && c.Net == "resnet" {
			if c.Images, err = writeImages(folder, c); err != nil {
				return err
			}
		}
		measured, err := o.compare(ctx, w, c, i < mainCases)
		if err != nil {
			return err
		}
		all = append(all, measured...)
	}
	for i := range all {
		all[i].Workload.Images = "" // was of this run alone
	}
	if err := record.Metrics(w.run, all); err != nil {
		return err
	}
	for _, c := range all {
		w.run.Results[c.Case+", "+c.Rival] = middle(c.Steps)
	}
	if o.under != "" {
		w.run.Note("Each process ran under `%s`.", o.under)
	}
	w.run.Tables = peerTables(all, o.rounds)
	return nil
}

// writeImages writes images for the reading of data.
func writeImages(folder string, c workload) (string, error) {
	path := filepath.Join(folder, "images.npy")
	pixels := make([]uint8, 4096*c.Size*c.Size*3)
	for i := range pixels {
		pixels[i] = uint8(i * 2654435761 >> 7)
	}
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	images := tensors.FromFlatDataAndDimensions(pixels, 4096, c.Size, c.Size, 3)
	defer images.MustFinalizeAll()
	return path, errors.Join(numpy.ToNpyWriter(images, f), f.Close())
}

// compare times one workload: a process for each rival, which waits while another computes.
func (o *stepOptions) compare(ctx context.Context, w *work, c workload, more bool) (all []costs, err error) {
	var workers []*worker
	defer func() {
		for _, p := range workers {
			p.stop()
		}
	}()
	for _, r := range stepRivals {
		p, err := o.start(ctx, r, c)
		if errors.Is(err, errAbsent) {
			w.Say("%s: %s", c, console.OneLine(err))
			w.run.Note("%s: %s", c, console.OneLine(err))
			continue
		}
		if err != nil {
			return nil, err
		}
		w.Say("%s: %s, %d weights", c, p.first.Version, p.first.Weights)
		workers = append(workers, p)
		all = append(all, costs{Case: c.String(), Rival: r.name, Version: p.first.Version, Started: p.started,
			First: p.first.Seconds, Workload: c})
	}
	count := make([]int, len(workers)) // steps that take about as long as o.steps of an MLP of the first case
	for i, p := range workers {
		warm, err := p.ask("step", 3)
		if err != nil {
			return nil, err
		}
		count[i] = max(3, min(o.steps, int(float64(o.steps)*0.003/warm.Seconds)))
	}
	for range o.rounds {
		for i, p := range workers {
			a, err := p.ask("step", count[i])
			if err != nil {
				return nil, err
			}
			all[i].Steps = append(all[i].Steps, 1000*a.Seconds)
		}
	}
	for i, p := range workers {
		jobs := map[string]*float64{"sample": &all[i].Sample, "density": &all[i].Density, "data": &all[i].Data}
		for _, job := range []string{"sample", "density", "data"} {
			if !more {
				break
			}
			for _, n := range []int{4, 40} { // what is compiled on the way is compiled by the first
				a, err := p.ask(job, n)
				if err != nil {
					return nil, err
				}
				*jobs[job] = 1000 * a.Seconds
			}
		}
		a, err := p.ask("memory", 0)
		if err != nil {
			return nil, err
		}
		all[i].Memory = float64(a.Bytes) / 1e6
	}
	return all, nil
}
