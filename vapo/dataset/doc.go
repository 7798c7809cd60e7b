// Package dataset serves the examples that a potential is trained on: 2-D toy sets, CIFAR-10, drawn images, and
// the user's own arrays and image folders. It is plain Go on the host and knows nothing of graphs or models.
//
// A [Dataset] is read by index; [Open] finds one by name and [List] shows the choices:
//
//	ring8, gauss2, gauss16             Gaussian mixtures, drawn fresh; their oracle has a closed form
//	moons, checkerboard, spirals, …    10,000 fixed points in the plane; the points themselves make the oracle
//	drawn                              32×32×3 images drawn by formula: needs no download
//	cifar10                            the official binary files under a data folder
//	file.npz, file.npy, folder/        the user's own
//
// [NewBatches] turns a set into shuffled mini-batches. A batch is a function of (seed, step) alone, so a run that
// resumes needs the step number and nothing else.
//
// A new data set is one new file and one line in the list of open.go.
package dataset
