package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// kills kills children until count have died in the middle. Each chain of children shares a folder and goes on until one is done.
func kills(ctx context.Context, dir string, count int, tell func(int)) (o outcome) {
	want, err := undisturbed()
	if err != nil {
		o.fail("%v", err)
		return o
	}
	life, err := lifetime(filepath.Join(dir, "whole"))
	if err != nil {
		o.fail("%v", err)
		return o
	}
	rng, chains := rand.New(rand.NewPCG(1, 0)), 0
	for o.count < count && ctx.Err() == nil {
		chains++
		folder := filepath.Join(dir, fmt.Sprint(chains))
		for done := false; !done && ctx.Err() == nil; {
			c, err := startChild(folder)
			if err != nil {
				o.fail("%v", err)
				return o
			}
			c.toStep()
			if !c.began.IsZero() && o.count < count {
				time.AfterFunc(time.Duration(rng.Float64()*float64(life)/2), func() { c.Process.Kill() })
			}
			done = c.toDone()
			died := c.Wait()
			switch {
			case done && c.hash != want:
				o.fail("chain %d ends with the weights %.8s, not %.8s", chains, c.hash, want)
			case !done && c.said != "step":
				o.fail("chain %d: %v: %s", chains, died, c.said)
				done = true
			case !done:
				o.count++
				tell(o.count)
			}
		}
		os.RemoveAll(folder)
	}
	o.seen = fmt.Sprintf("%d trainings of one or more kills each, all with the same weights to the last bit", chains)
	return o
}

// lifetime is how long a child that nothing happens to trains.
func lifetime(folder string) (time.Duration, error) {
	c, err := startChild(folder)
	if err != nil {
		return 0, err
	}
	c.toStep()
	if !c.toDone() {
		return 0, fmt.Errorf("a child that nothing happened to: %s", c.said)
	}
	return time.Since(c.began), c.Wait()
}

// pairs lets two children train one model at the same time.
func pairs(ctx context.Context, dir string, count int, tell func(int)) (o outcome) {
	want, err := undisturbed()
	if err != nil {
		o.fail("%v", err)
		return o
	}
	trained := 0
	for o.count < count && ctx.Err() == nil {
		o.count++
		folder := filepath.Join(dir, fmt.Sprint(o.count))
		var two [2]*child
		for i := range two {
			if two[i], err = startChild(folder); err != nil {
				o.fail("%v", err)
				return o
			}
		}
		for i, c := range two {
			c.toStep()
			if !c.toDone() || c.hash != want {
				o.fail("pair %d: process %d: %s", o.count, i, c.said)
			}
			c.Wait()
			if !c.began.IsZero() {
				trained++
			}
		}
		os.RemoveAll(folder)
		tell(o.count)
	}
	if trained > o.count {
		o.fail("%d trainings of %d models", trained, o.count)
	}
	o.seen = fmt.Sprintf("%d trainings; the other process of each pair waited and loaded", trained)
	return o
}
