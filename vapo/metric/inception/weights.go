package inception

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Weights are the parameters of the network's convolutions and batch normalisations, by torchvision's names.
type Weights struct {
	arrays    map[string]array
	published bool // their file has the published SHA-256
}

// epsilon is added to the variance by every batch normalisation.
const epsilon = 0.001

// The paths of a layer's folded variables.
func kernelName(l layer) string { return "/" + l.name + "/kernel" }
func biasName(l layer) string   { return "/" + l.name + "/bias" }

// store holds, for each layer, the convolution and the batch normalisation in inference folded into one kernel
// [height, width, in, out] and one bias [out]:
//
//	γ (k∗x − mean)/√(var + ε) + β = (γ/√(var + ε) k)∗x + β − γ mean/√(var + ε)
func (w *Weights) store(layers []layer) (*model.Store, error) {
	store := model.NewStore()
	for _, l := range layers {
		kernel, bias, err := w.fold(l)
		if err != nil {
			return nil, err
		}
		for name, value := range map[string]*tensors.Tensor{
			kernelName(l): tensors.FromFlatDataAndDimensions(kernel, l.height, l.width, l.in, l.out),
			biasName(l):   tensors.FromFlatDataAndDimensions(bias, l.out),
		} {
			v, err := store.CreateVariable(name, value)
			if err != nil {
				return nil, fmt.Errorf("inception: variable %s: %w", name, err)
			}
			v.SetTrainable(false)
		}
	}
	return store, nil
}

// fold computes in float64. PyTorch's kernels are [out, in, height, width].
func (w *Weights) fold(l layer) (kernel, bias []float32, err error) {
	conv, err := w.parameter(l.name+".conv.weight", l.out, l.in, l.height, l.width)
	if err != nil {
		return nil, nil, err
	}
	norm := map[string][]float32{}
	for _, name := range []string{"weight", "bias", "running_mean", "running_var"} {
		if norm[name], err = w.parameter(l.name+".bn."+name, l.out); err != nil {
			return nil, nil, err
		}
	}
	kernel, bias = make([]float32, len(conv)), make([]float32, l.out)
	window := l.height * l.width
	for o := range l.out {
		variance := float64(norm["running_var"][o])
		if !(variance+epsilon > 0) {
			return nil, nil, fmt.Errorf("inception: %s.bn.running_var[%d] is %g: a variance cannot be negative; the weights "+
				"are damaged", l.name, o, variance)
		}
		scale := float64(norm["weight"][o]) / math.Sqrt(variance+epsilon)
		bias[o] = float32(float64(norm["bias"][o]) - scale*float64(norm["running_mean"][o]))
		for i := range l.in {
			for p := range window {
				kernel[(p*l.in+i)*l.out+o] = float32(scale * float64(conv[(o*l.in+i)*window+p]))
			}
		}
	}
	return kernel, bias, nil
}

func (w *Weights) parameter(name string, dims ...int) ([]float32, error) {
	a, ok := w.arrays[name]
	if !ok {
		return nil, fmt.Errorf("inception: the weights have no %s: want the state dictionary of pytorch-fid's Inception, %s",
			name, URL)
	}
	if !slices.Equal(a.dims, dims) {
		return nil, fmt.Errorf("inception: %s has shape %v; want %v, as in pytorch-fid's Inception (torchvision's own differs)",
			name, a.dims, dims)
	}
	return a.values, nil
}
