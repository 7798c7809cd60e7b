// Command faults does to trainings what machines do to them, thousands of times, and tells what came of it: kills, operations of
// the disk that fail, turned bits, cut files, full disks, company, hostile plugins and power cuts.
//
//	go run ./internal/faults                    all of it: most of an hour on two cores
//	go run ./internal/faults --only kills,pairs --kills 100     these again; the record keeps the others
//
// It leaves the record bench-faults, which "experiments report" shows, and exits with 1 where anything failed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"vapoflow/experiments/console"
	"vapoflow/experiments/record"
)

// outcome is what came of one kind of fault.
type outcome struct {
	count   int
	seen    string   // in words
	failed  []string // what should not have been
	skipped string   // why, where this machine cannot
}

func (o *outcome) fail(format string, args ...any) {
	o.failed = append(o.failed, fmt.Sprintf(format, args...))
}

// kind is one kind of fault.
type kind struct {
	name, text string
	count      int // by default
	do         func(ctx context.Context, dir string, count int, tell func(done int)) outcome
}

var kinds = []kind{
	{"kills", "processes killed at a random moment, then resumed to the end: the weights are those of one that was left alone", 1000, kills},
	{"errors", "operations on the disk that fail once, each in turn, then resumed", 0, failOnce},
	{"stops", "operations on the disk after which nothing more reaches it, each in turn, then resumed", 0, failFrom},
	{"flips", "bits turned in weights, model.json and checkpoints: told, or without effect", 10_000, flips},
	{"truncations", "files cut short: told", 1000, truncations},
	{"space", "trainings on a file system that is full, then resumed where there is room", 20, space},
	{"pairs", "pairs of processes that train one model: both end with it", 100, pairs},
	{"plugins", "plugins that hang, crash, exit or are none: passed over with their reason", 0, plugins},
	{"cuts", "power cuts (an ext4 image copied live and mounted again, data=ordered and noauto_da_alloc, half of them just after \"done\")", 100, cuts},
}

func main() {
	if answerChild() {
		return
	}
	out := flag.String("out", "results", "folder of results")
	only := flag.String("only", "", "kinds of faults, divided by commas (default: all)")
	counts := map[string]*int{}
	for _, k := range kinds {
		if k.count > 0 {
			counts[k.name] = flag.Int(k.name, k.count, k.text)
		}
	}
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := campaign(ctx, *out, strings.Split(*only, ","), counts); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

func campaign(ctx context.Context, out string, only []string, counts map[string]*int) error {
	if err := os.MkdirAll(out+"/runs", 0o777); err != nil {
		return err
	}
	before, _ := record.Read(out + "/runs/bench-faults") // whose rows stay where --only leaves them out
	run, err := record.Create(out+"/runs", record.Manifest{Name: "bench-faults", Element: "bench-faults",
		Title: "What faults do to a training", Command: strings.Join(append([]string{"go run ./internal/faults"}, os.Args[1:]...), " ")})
	if err != nil {
		return err
	}
	c := &console.Console{Out: os.Stdout}
	table := record.Table{Caption: "Faults done to a small training (MLP 1×8 on ring8, pure Go), and what came of them.",
		Header: []string{"fault", "count", "what was seen", "failed", "verdict"}}
	failures := 0
	err = run.Do(func() error {
		for _, k := range kinds {
			if only[0] != "" && !slices.Contains(only, k.name) {
				table.Rows = append(table.Rows, kept(before, k.text)...)
				continue
			}
			count := 0
			if counts[k.name] != nil {
				count = *counts[k.name]
			}
			o, err := try(ctx, k, count, c.Say)
			if err != nil {
				return err
			}
			for _, text := range o.failed[:min(5, len(o.failed))] {
				c.Say("  %s", text)
			}
			failures += len(o.failed)
			verdict := "pass"
			switch {
			case o.skipped != "":
				verdict, o.seen = "skipped", o.skipped
			case len(o.failed) > 0:
				verdict = "FAIL"
			}
			table.Rows = append(table.Rows, []string{k.text, fmt.Sprint(o.count), o.seen, fmt.Sprint(len(o.failed)), verdict})
		}
		run.Tables = []record.Table{table}
		return nil
	})
	if err != nil {
		return err
	}
	c.Table(table)
	if failures > 0 {
		return fmt.Errorf("%d faults were not survived; the record is %s", failures, run.Dir())
	}
	return nil
}

// kept is the row of a kind in an earlier record, where there is one.
func kept(before record.Manifest, text string) (rows [][]string) {
	for _, t := range before.Tables {
		for _, row := range t.Rows {
			if row[0] == text {
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// try does one kind of fault in a folder of its own.
func try(ctx context.Context, k kind, count int, say func(string, ...any)) (outcome, error) {
	dir, err := os.MkdirTemp("", "faults-*")
	if err != nil {
		return outcome{}, err
	}
	defer os.RemoveAll(dir)
	began, last := time.Now(), time.Now()
	o := k.do(ctx, dir, count, func(done int) {
		if time.Since(last) > 5*time.Second {
			last = time.Now()
			say("%s: %d done", k.name, done)
		}
	})
	say("%s: %d, %d failed, %.0f s", k.name, o.count, len(o.failed), time.Since(began).Seconds())
	return o, ctx.Err()
}
