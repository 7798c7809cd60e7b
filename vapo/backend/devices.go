package backend

import (
	"fmt"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
)

// Over is a backend that shares work among the first n devices of b, where it can be shared: a training cuts its batches, and
// what samples, scores or measures features takes whole batches in turn ([Share]). All else runs on device 0. More devices than
// there are is an error.
func Over(b compute.Backend, n int) (compute.Backend, error) {
	switch have := b.NumDevices(); {
	case n == 1:
		return b, nil
	case n < 1:
		return nil, fmt.Errorf("%d devices are asked for; give 1 to %d", n, have)
	case have == 1:
		return nil, fmt.Errorf("%d devices are asked for, %s has one; take one, or run shards as processes of their own",
			n, NameOf(b))
	case n > have:
		return nil, fmt.Errorf("%d devices are asked for, %s has %d", n, NameOf(b), have)
	}
	first := &device{Backend: b}
	first.all = append(first.all, first)
	for i := 1; i < n; i++ {
		first.all = append(first.all, &device{Backend: b, num: compute.DeviceNum(i)})
	}
	return first, nil
}

// Devices are those that a backend of [Over] shares work among, as a backend each, the first being itself; of any other it is
// that alone.
func Devices(b compute.Backend) []compute.Backend {
	if d, ok := b.(*device); ok && d.all != nil {
		return d.all
	}
	return []compute.Backend{b}
}

// Whole is the backend that a device belongs to, on which a graph can be cut over all of them; any other is whole.
func Whole(b compute.Backend) compute.Backend {
	if d, ok := b.(*device); ok {
		return d.Backend
	}
	return b
}

// Over makes the choice share work among n devices, as the function [Over] does, and says so in its line.
func (c *Choice) Over(n int) error {
	b, err := Over(c.Backend, n)
	if err == nil && n > 1 {
		*c = *newChoice(b, c.Name, c.Detail, fmt.Sprintf("work is shared by %d of them", n))
	}
	return err
}

// Share does the pieces of work 0 ≤ i < n, one at a time on each of the devices 0 ≤ device < devices, and hands the results on in
// the order of i. It stops at the first error.
func Share[T any](devices, n int, work func(device, i int) (T, error), take func(i int, result T) error) error {
	results, errs := make([]T, devices), make([]error, devices)
	for first := 0; first < n; first += devices {
		var busy sync.WaitGroup
		round := min(devices, n-first)
		for device := 1; device < round; device++ {
			busy.Go(func() { results[device], errs[device] = work(device, first+device) })
		}
		results[0], errs[0] = work(0, first)
		busy.Wait()
		for device := range round {
			if err := errs[device]; err != nil {
				return err
			}
			if err := take(first+device, results[device]); err != nil {
				return err
			}
		}
	}
	return nil
}

// device is one device of a backend as a backend of its own: GoMLX puts the variables of a graph on device 0 of its backend, so
// that one graph runs on any of them only in this guise.
type device struct {
	compute.Backend
	num compute.DeviceNum
	all []compute.Backend // that share work, of the first of them
}

func (d *device) NumDevices() int { return 1 }

func (d *device) DeviceDescription(compute.DeviceNum) string {
	return d.Backend.DeviceDescription(d.num)
}

// Finalize leaves the backend to its other devices.
func (d *device) Finalize() {}

func (d *device) BufferFromFlatData(_ compute.DeviceNum, flat any, shape shapes.Shape) (compute.Buffer, error) {
	held, err := d.Backend.BufferFromFlatData(d.num, flat, shape)
	if err != nil {
		return nil, err
	}
	return &buffer{held, d}, nil
}

func (d *device) NewSharedBuffer(_ compute.DeviceNum, shape shapes.Shape) (compute.Buffer, any, error) {
	held, flat, err := d.Backend.NewSharedBuffer(d.num, shape)
	if err != nil {
		return nil, nil, err
	}
	return &buffer{held, d}, flat, nil
}

func (d *device) Builder(name string) compute.Builder {
	return builder{d.Backend.Builder(name), d}
}

type builder struct {
	compute.Builder
	d *device
}

func (b builder) Compile() (compute.Executable, error) {
	compiled, err := b.Builder.Compile()
	if err != nil {
		return nil, err
	}
	return executable{compiled, b.d}, nil
}

type executable struct {
	compute.Executable
	d *device
}

func (e executable) Execute(inputs []compute.Buffer, donate []bool, _ compute.DeviceNum) ([]compute.Buffer, error) {
	held := make([]compute.Buffer, len(inputs))
	for i, input := range inputs {
		held[i] = input.(*buffer).Buffer
	}
	out, err := e.Executable.Execute(held, donate, e.d.num)
	for i := range out {
		out[i] = &buffer{out[i], e.d}
	}
	return out, err
}

type buffer struct {
	compute.Buffer
	d *device
}

func (b *buffer) Backend() compute.Backend { return b.d }

func (b *buffer) DeviceNum() (compute.DeviceNum, error) { return 0, nil }
