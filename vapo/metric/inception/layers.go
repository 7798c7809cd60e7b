package inception

// A layer is a convolution without bias, batch normalisation and ReLU, called BasicConv2d in torchvision.
type layer struct {
	name          string // of torchvision's module, as in the published weights
	in, out       int
	height, width int // of the kernel
	stride        int
	valid         bool // no padding, else zeros that keep the size
}

// The four places where features are taken, by the number of channels there.
const (
	afterFirstPool  = 64
	afterSecondPool = 192
	beforeAuxiliary = 768
	afterLastBlock  = 2048
)

// layersUpTo lists the layers that features of the place dim need, in the order of the data.
func layersUpTo(dim int) []layer {
	var all []layer
	add := func(name string, layers ...layer) {
		for _, l := range layers {
			l.name = name + l.name
			all = append(all, l)
		}
	}
	add("Conv2d_", strided("1a_3x3", 3, 32, 2), strided("2a_3x3", 32, 32, 1), square("2b_3x3", 32, 64, 3))
	if dim == afterFirstPool {
		return all
	}
	add("Conv2d_", square("3b_1x1", 64, 80, 1), strided("4a_3x3", 80, 192, 1))
	if dim == afterSecondPool {
		return all
	}
	add("Mixed_5b.", blockA(192, 32)...)
	add("Mixed_5c.", blockA(256, 64)...)
	add("Mixed_5d.", blockA(288, 64)...)
	add("Mixed_6a.", strided("branch3x3", 288, 384, 2),
		square("branch3x3dbl_1", 288, 64, 1), square("branch3x3dbl_2", 64, 96, 3), strided("branch3x3dbl_3", 96, 96, 2))
	add("Mixed_6b.", blockC(128)...)
	add("Mixed_6c.", blockC(160)...)
	add("Mixed_6d.", blockC(160)...)
	add("Mixed_6e.", blockC(192)...)
	if dim == beforeAuxiliary {
		return all
	}
	add("Mixed_7a.", square("branch3x3_1", 768, 192, 1), strided("branch3x3_2", 192, 320, 2),
		square("branch7x7x3_1", 768, 192, 1), oblong("branch7x7x3_2", 192, 192, 1, 7), oblong("branch7x7x3_3", 192, 192, 7, 1),
		strided("branch7x7x3_4", 192, 192, 2))
	add("Mixed_7b.", blockE(1280)...)
	add("Mixed_7c.", blockE(2048)...)
	return all
}

// blockA are InceptionA's layers: 224 + pool channels out of in.
func blockA(in, pool int) []layer {
	return []layer{
		square("branch1x1", in, 64, 1),
		square("branch5x5_1", in, 48, 1), square("branch5x5_2", 48, 64, 5),
		square("branch3x3dbl_1", in, 64, 1), square("branch3x3dbl_2", 64, 96, 3), square("branch3x3dbl_3", 96, 96, 3),
		square("branch_pool", in, pool, 1),
	}
}

// blockC are InceptionC's layers: 768 channels out of 768, between them c, each 7×7 as 1×7 and 7×1.
func blockC(c int) []layer {
	return []layer{
		square("branch1x1", 768, 192, 1),
		square("branch7x7_1", 768, c, 1), oblong("branch7x7_2", c, c, 1, 7), oblong("branch7x7_3", c, 192, 7, 1),
		square("branch7x7dbl_1", 768, c, 1), oblong("branch7x7dbl_2", c, c, 7, 1), oblong("branch7x7dbl_3", c, c, 1, 7),
		oblong("branch7x7dbl_4", c, c, 7, 1), oblong("branch7x7dbl_5", c, 192, 1, 7),
		square("branch_pool", 768, 192, 1),
	}
}

// blockE are InceptionE's layers: 2,048 channels out of in; a and b stand side by side.
func blockE(in int) []layer {
	return []layer{
		square("branch1x1", in, 320, 1),
		square("branch3x3_1", in, 384, 1), oblong("branch3x3_2a", 384, 384, 1, 3), oblong("branch3x3_2b", 384, 384, 3, 1),
		square("branch3x3dbl_1", in, 448, 1), square("branch3x3dbl_2", 448, 384, 3),
		oblong("branch3x3dbl_3a", 384, 384, 1, 3), oblong("branch3x3dbl_3b", 384, 384, 3, 1),
		square("branch_pool", in, 192, 1),
	}
}

// square is a k×k layer that keeps the size.
func square(name string, in, out, k int) layer { return oblong(name, in, out, k, k) }

// oblong is a layer with a kernel of height×width that keeps the size.
func oblong(name string, in, out, height, width int) layer {
	return layer{name: name, in: in, out: out, height: height, width: width, stride: 1}
}

// strided is a 3×3 layer without padding.
func strided(name string, in, out, stride int) layer {
	return layer{name: name, in: in, out: out, height: 3, width: 3, stride: stride, valid: true}
}
