package paper

// appendix are the figures of the appendix, whose captions were not at hand: larger versions of those of the text.
var appendix = []Element{
	{"fig6", "Larger sheet of uncurated CIFAR-10 samples (appendix, inferred)", sheetOf("cifar10", "drawn", "inferred", [4]int{16, 100, 400, 400})},
	{"fig7", "Larger sheet of uncurated CelebA 64 samples (appendix, inferred)", sheetOf("celeba", "", "inferred", [4]int{8, 64, 256, 256})},
	{"fig8", "More interpolations (appendix, inferred)", interpolationOf("celeba", "inferred", [4]int{1, 6, 12, 16})},
	{"fig9", "More nearest neighbours (appendix, inferred)", neighboursOf("cifar10", "drawn", "inferred", [4]int{2, 16, 32, 32})},
}
