// Package dataset serves the examples that a potential is trained on and tested with: 2-D toy sets, the usual image
// sets, drawn images, noise, and the user's own arrays and image folders. It is plain Go on the host and knows nothing
// of graphs or models.
//
// A [Dataset] is read by index; [Open] finds one by name and [List] shows the choices:
//
//	ring8, gauss2, gauss16, modes16    Gaussian mixtures, drawn fresh; their oracle has a closed form
//	moons, checkerboard, spirals, …    10,000 fixed points in the plane; the points themselves make the oracle
//	drawn                              32×32×3 images drawn by formula: needs no download
//	constant, uniform                  images of one colour, and of noise: functions of the index
//	file.npz, file.npy, folder/        the user's own
//
// Of the image sets each is looked for below a data folder, Options.Root:
//
//	cifar10           cifar-10-batches-bin/{data_batch_1…5,test_batch}.bin; Fetch gets it
//	cifar10-original  cifar-10-original/{data,test}_batch*.bin: any number of official records
//	cifar10-interp    the means of two random images of cifar10
//	cifar100          cifar-100-binary/{train,test}.bin; Fetch gets it
//	svhn              svhn/{train,test}_32x32.mat; Fetch gets it
//	celeba            celeba/img_align_celeba.zip (or the folder of that name) with list_eval_partition.txt, cropped to
//	                  the middle 140×140 and resized to 64×64; else celeba64/{train,test}/, 64×64 already
//
// Info.Title says what was really found: whether the bytes are the official ones, a part or a JPEG copy. A set that is
// not there gives an error that wraps [ErrMissing] and says where it was looked for and how to get it.
//
// [NewBatches] turns a set into shuffled mini-batches, flipped at will. A batch is a function of
// (seed, step) alone, so a run that resumes needs the step number and nothing else.
//
// Sets are made of others by [Interpolations], and [Treated], which gives all sets
// of an out-of-distribution test the same size and the same JPEG artefacts: a model trained on a JPEG copy tells
// lossless images apart by the missing ones alone.
//
// A new data set is one new file and one line in the list of open.go.
package dataset
