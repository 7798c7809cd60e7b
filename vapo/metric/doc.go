// Package metric measures samples and scores on the host, in float64: how far samples are from data, how good and how varied they
// are, whether they are copies, and how well a score tells sets apart.
//
// Distances between sets of images are taken between features of an [Extractor]; [Extractor.Comparable] says whether the
// numbers may stand beside published ones. Package inception has the features of published FID, package classifier those of a
// small network trained here.
//
//	data, samples := metric.NewMoments(extractor.Dim()), metric.NewMoments(extractor.Dim())
//	for each batch { features, err := extractor.Features(images); err = samples.Add(features) }
//	fid, err := metric.FID(data, samples)
//
// Everything else takes tensors [n, d...] of float32 or float64, whose further axes count as one of d; the copy made costs 8·n·d
// bytes.
//
//	what                  asks                                            of
//	FID                   distance of Gaussians with the sets' moments    Moments: streams
//	KID                   kernel distance without bias                    features
//	PrecisionRecall       are samples good, are they varied               features
//	SlicedWasserstein     mean distance of projections to lines           points: planar sets, features, pixels
//	NearestSearch         which data is a sample close to                 points: pixels or features, in streams
//	AUROC                 does a score tell two sets apart                scores
//
// [FID], [KID] and [PrecisionRecall] agree with pytorch-fid, torch-fidelity, clean-fid and prdc on the same features, and [AUROC]
// with scikit-learn: testdata/golden.json holds their numbers, experiments/peers/metrics.py makes them anew. All but KID depend
// on the sizes of the sets even where both have one distribution: compare like sizes, and print data against data beside
// samples against data.
//
// Where something is drawn at random the seed is an option, and the same seed gives the same bits.
package metric
