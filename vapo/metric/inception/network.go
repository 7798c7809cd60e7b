package inception

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// network builds the graph of the features of one place from the folded weights in store.
type network struct {
	store  *model.Store
	layers map[string]layer
	dim    int
}

// features maps images [n, height, width, 3] in [-1, 1], already resized, to [n, dim]: the mean over all positions, which is
// pytorch-fid's adaptive_avg_pool2d to 1×1.
func (n network) features(x *graph.Node) *graph.Node {
	return graph.ReduceMean(n.place(x), 1, 2)
}

// place is the feature map [n, height, width, dim].
func (n network) place(x *graph.Node) *graph.Node {
	x = n.chain(x, "Conv2d_", "1a_3x3", "2a_3x3", "2b_3x3")
	x = maxPool(x)
	if n.dim == afterFirstPool {
		return x
	}
	x = n.chain(x, "Conv2d_", "3b_1x1", "4a_3x3")
	x = maxPool(x)
	if n.dim == afterSecondPool {
		return x
	}
	for _, block := range []string{"Mixed_5b.", "Mixed_5c.", "Mixed_5d."} {
		x = n.blockA(x, block)
	}
	x = n.blockB(x, "Mixed_6a.")
	for _, block := range []string{"Mixed_6b.", "Mixed_6c.", "Mixed_6d.", "Mixed_6e."} {
		x = n.blockC(x, block)
	}
	if n.dim == beforeAuxiliary {
		return x
	}
	x = n.blockD(x, "Mixed_7a.")
	x = n.blockE(x, "Mixed_7b.", meanPoolSame)
	return n.blockE(x, "Mixed_7c.", maxPoolSame)
}

// blockA is pytorch-fid's FIDInceptionA.
func (n network) blockA(x *graph.Node, block string) *graph.Node {
	return channels(
		n.chain(x, block, "branch1x1"),
		n.chain(x, block, "branch5x5_1", "branch5x5_2"),
		n.chain(x, block, "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"),
		n.chain(meanPoolSame(x), block, "branch_pool"))
}

// blockB is torchvision's InceptionB, which halves the size.
func (n network) blockB(x *graph.Node, block string) *graph.Node {
	return channels(
		n.chain(x, block, "branch3x3"),
		n.chain(x, block, "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"),
		maxPool(x))
}

// blockC is pytorch-fid's FIDInceptionC.
func (n network) blockC(x *graph.Node, block string) *graph.Node {
	return channels(
		n.chain(x, block, "branch1x1"),
		n.chain(x, block, "branch7x7_1", "branch7x7_2", "branch7x7_3"),
		n.chain(x, block, "branch7x7dbl_1", "branch7x7dbl_2", "branch7x7dbl_3", "branch7x7dbl_4", "branch7x7dbl_5"),
		n.chain(meanPoolSame(x), block, "branch_pool"))
}

// blockD is torchvision's InceptionD, which halves the size.
func (n network) blockD(x *graph.Node, block string) *graph.Node {
	return channels(
		n.chain(x, block, "branch3x3_1", "branch3x3_2"),
		n.chain(x, block, "branch7x7x3_1", "branch7x7x3_2", "branch7x7x3_3", "branch7x7x3_4"),
		maxPool(x))
}

// blockE is pytorch-fid's FIDInceptionE_1 with a mean as its pool, FIDInceptionE_2 with a maximum.
func (n network) blockE(x *graph.Node, block string, pool func(*graph.Node) *graph.Node) *graph.Node {
	single := n.chain(x, block, "branch3x3_1")
	double := n.chain(x, block, "branch3x3dbl_1", "branch3x3dbl_2")
	return channels(
		n.chain(x, block, "branch1x1"),
		n.chain(single, block, "branch3x3_2a"), n.chain(single, block, "branch3x3_2b"),
		n.chain(double, block, "branch3x3dbl_3a"), n.chain(double, block, "branch3x3dbl_3b"),
		n.chain(pool(x), block, "branch_pool"))
}

// chain applies layers of a block one after the other.
func (n network) chain(x *graph.Node, block string, names ...string) *graph.Node {
	for _, name := range names {
		l := n.layers[block+name]
		kernel, bias := n.store.GetVariable(kernelName(l)), n.store.GetVariable(biasName(l))
		x = convolve(x, kernel.NodeValue(x), l)
		x = graph.Add(x, graph.ExpandLeftToRank(bias.NodeValue(x), 4))
		x = graph.MaxScalar(x, 0)
	}
	return x
}

// channels joins feature maps [n, height, width, ...].
func channels(maps ...*graph.Node) *graph.Node { return graph.Concatenate(maps, 3) }
