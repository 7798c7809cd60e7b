package dataset

import "fmt"

// Interpolations returns the set, as large as ds, whose example i is the mean (a + b)/2 of two different examples of
// ds, drawn at random as a function of (seed, i).
//
// It is the "CIFAR-10 interpolation" of out-of-distribution tests: Du and Mordatch 2019 (arXiv:1903.08689) average each
// test image with its neighbour, Grathwohl et al. 2020 (JEM, arXiv:1912.03263) with that of another shuffled batch.
// Like theirs, the means are not rounded to bytes; [Treated] rounds them.
func Interpolations(ds Dataset, seed uint64) (Dataset, error) {
	base := ds.Info()
	if base.Len < 2 {
		return nil, fmt.Errorf("dataset: interpolations need a finite set of two examples or more; %s holds %s",
			base.Name, base.count())
	}
	info := base.derived(fmt.Sprintf("means of pairs, seed %d", seed))
	info.Name, info.Title = base.Name+"-interp", "interpolations of "+base.Title
	return &interpolations{ds: ds, info: info, seed: seed}, nil
}

type interpolations struct {
	ds   Dataset
	info Info
	seed uint64
}

func (s *interpolations) Info() Info { return s.info.clone() }

func (s *interpolations) Read(i int, dst []float32) error {
	if err := s.info.check(i, dst); err != nil {
		return err
	}
	r := source(s.seed, uint64(i))
	a, b := r.IntN(s.info.Len), r.IntN(s.info.Len-1)
	if b >= a { // any but a
		b++
	}
	other := make([]float32, len(dst))
	if err := s.ds.Read(a, dst); err != nil {
		return err
	}
	if err := s.ds.Read(b, other); err != nil {
		return err
	}
	for k := range dst {
		dst[k] = (dst[k] + other[k]) / 2
	}
	return nil
}

// openInterpolations makes the set of the list out of CIFAR-10.
func openInterpolations(e entry, opt Options) (Dataset, error) {
	base, err := openCIFAR10(entry{name: "cifar10", title: "CIFAR-10"}, opt)
	if err != nil {
		return nil, err
	}
	ds, err := Interpolations(base, seedOf(opt.Split))
	if err != nil {
		return nil, err
	}
	named := ds.(*interpolations)
	named.info.Name, named.info.Title = e.name, e.title+", means of two of "+base.Info().Title
	return named, nil
}
