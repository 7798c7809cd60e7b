// Package inception computes the features of published FID: the Inception network of 2015 in the form in which pytorch-fid
// (github.com/mseitzer/pytorch-fid) carries it, with its weights and its resizing.
//
//	weights, err := inception.Published(ctx, "", nil)                  // cached, else downloaded; or a path
//	extractor, err := inception.New(choice.Backend, weights, 2048)     // a metric.Extractor
//	features, err := extractor.Features(images)                        // [n, h, w, 3] in [-1, 1] -> [n, 2048]
//
// The network is that of the TensorFlow graph inception-2015-12-05 which Heusel et al. (2017), arXiv:1706.08500, measured
// with. It differs from the Inception v3 of Szegedy et al. (2015), arXiv:1512.00567, in three places: its average pools do
// not count the padding, the pool of its last block is a maximum, and its classes are 1,008 (not used here). Inference only.
//
// Features are means over the positions of one of four places: 64 after the first maximum pool, 192 after the second, 768
// before the auxiliary classifier, and 2,048, the last layer, by which published FIDs are measured.
package inception
