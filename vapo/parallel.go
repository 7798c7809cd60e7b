package vapo

import (
	"fmt"

	"github.com/gomlx/compute/distributed"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/dtensor"
	"github.com/gomlx/gomlx/ml/model"
)

// parallel is a training step on one device, or on several that share the examples of each batch. Its graph stays that of the
// whole batch: XLA's partitioner cuts it and adds what the devices exchange, so that a loss that averages over its batch keeps
// its meaning. Weights, moments and EMA are on every device.
type parallel struct {
	*model.Exec
	devices int
	inputs  []*distributed.ShardingSpec // of data, noise and s, by examples, and of rates, whole; nil on one device
}

// newParallel spreads a step over n devices of its backend.
func newParallel(step *model.Exec, n, batch int) (parallel, error) {
	p := parallel{Exec: step, devices: n}
	if n == 1 {
		return p, nil
	}
	if batch%n != 0 {
		return p, fmt.Errorf("vapo: a batch of %d cannot be shared evenly by %d devices; give a multiple of %d", batch, n, n)
	}
	mesh, err := distributed.NewDeviceMesh([]int{n}, []string{"examples"})
	if err != nil {
		return p, fmt.Errorf("vapo: %w", err)
	}
	shared, err := distributed.BuildSpec(mesh).S("examples").Done()
	if err != nil {
		return p, fmt.Errorf("vapo: %w", err)
	}
	whole := distributed.NewReplicatedShardingSpec(mesh)
	p.inputs = []*distributed.ShardingSpec{shared, shared, shared, whole}
	step.AutoSharding(mesh).WithInputShardingSpecs(p.inputs...).WithOutputShardingSpecs(whole)
	return p, nil
}

// compile builds the step for inputs of the shapes of a whole batch.
func (p parallel) compile(inputs ...shapes.Shape) error {
	var all []shapes.Shape
	for range p.devices {
		for i, shape := range inputs {
			if shape = shape.Clone(); p.devices > 1 {
				shape.Dimensions[0] /= p.inputs[i].NumDevicesShardingAxis(0)
			}
			all = append(all, shape)
		}
	}
	_, err := p.Compile(all...)
	return err
}

// call runs the step on a whole batch.
func (p parallel) call(batch []*tensors.Tensor) ([]*tensors.Tensor, error) {
	inputs := make([]any, len(batch))
	for i, whole := range batch {
		if p.devices == 1 {
			inputs[i] = whole
			continue
		}
		shards, err := dtensor.ShardTensor(p.inputs[i], whole)
		if err != nil {
			return nil, err
		}
		defer shards.Finalize()
		inputs[i] = shards
	}
	out, err := p.Call(inputs...)
	if err != nil {
		return nil, err
	}
	one := len(out) / p.devices // every device returns the same
	for _, same := range out[one:] {
		same.MustFinalizeAll()
	}
	return out[:one], nil
}
