package dataset_test

import (
	"errors"
	"fmt"
	"log"

	"vapoflow/vapo/dataset"
)

func ExampleOpen() {
	ds, err := dataset.Open("moons", dataset.Options{})
	if err != nil {
		log.Fatal(err)
	}
	info := ds.Info()
	fmt.Println(info.Title, info.Shape, info.Len)

	_, err = dataset.Open("cifar10", dataset.Options{Root: "nowhere"})
	fmt.Println("missing:", errors.Is(err, dataset.ErrMissing))
	// Output:
	// two moons [2] 10000
	// missing: true
}

// A step's batch can be had again at any time: that is all that resuming a run needs.
func ExampleBatches_Fill() {
	ds, err := dataset.Open("ring8", dataset.Options{})
	if err != nil {
		log.Fatal(err)
	}
	batches, err := dataset.NewBatches(ds, 256, 1, false)
	if err != nil {
		log.Fatal(err)
	}
	x := make([]float32, 256*ds.Info().Size())
	if err := batches.Fill(1000, x); err != nil {
		log.Fatal(err)
	}
	first := x[0]
	if err := errors.Join(batches.Fill(1001, x), batches.Fill(1000, x)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(x[0] == first)
	// Output: true
}

// An out-of-distribution test gives every set the same treatment, and titles say which.
func ExampleTreated() {
	ds, err := dataset.Open("uniform", dataset.Options{Split: "test", Size: 64})
	if err != nil {
		log.Fatal(err)
	}
	ds, err = dataset.Treated(ds, dataset.Resize(32), dataset.JPEG(75))
	if err != nil {
		log.Fatal(err)
	}
	info := ds.Info()
	fmt.Println(info.Title, info.Shape, info.Len)
	// Output: uniform noise, 32×32, JPEG quality 75 [32 32 3] 10000
}

func ExampleInterpolations() {
	ds, err := dataset.Open("drawn", dataset.Options{Split: "test"})
	if err != nil {
		log.Fatal(err)
	}
	means, err := dataset.Interpolations(ds, 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(means.Info().Title)
	// Output: interpolations of drawn images, not CIFAR-10
}

func ExampleFetchable() {
	fmt.Println(dataset.Fetchable())
	// Output: [cifar10 cifar100 svhn]
}

func ExampleGaussianMixture() {
	ds, err := dataset.Open("ring8", dataset.Options{})
	if err != nil {
		log.Fatal(err)
	}
	weights, means, std := ds.(dataset.GaussianMixture).Mixture()
	fmt.Println(len(means), weights[0], means[0], std)
	// Output: 8 0.125 [2 0] 0.1
}

// What can be named, and a line about it.
func Example_list() {
	for _, name := range dataset.List.Names()[:3] {
		fmt.Printf("%-8s %s\n", name, dataset.List.Summary(name))
	}
	// Output:
	// ring8    ring of 8 Gaussians
	// gauss2   Gaussian in the plane
	// gauss16  Gaussian in 16 dimensions
}

// Pixels as the bytes that image files hold.
func ExampleBytes() {
	fmt.Println(dataset.Bytes([]float32{-1.2, -1, 0, 1, 3}))
	// Output: [0 0 128 255 255]
}
