// Package classifier is a small convolutional classifier of 32×32 images, trained here, whose last layer serves as features where
// the weights of FID-Inception cannot be had.
//
//	extractor, err := classifier.Train(ctx, backend, cifar10, classifier.Training{Steps: 1000, Batch: 64}, nil)
//	features, err := extractor.Features(images)        // [n, 32, 32, 3] in [-1, 1] -> [n, 64]
//
// Distances between its features rank models of images like those it was trained on. They are no published FID: features, sizes
// and units are others, and [Extractor.Comparable] is false. Where there are no labels at all, [Random] is the same network
// before training, whose features see colours and edges and little more.
package classifier
