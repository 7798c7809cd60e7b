package dataset

// array is a finite set of float32 values in memory: the 2-D sets and the user's arrays.
type array struct {
	info Info
	x    []float32 // [Len, Size]
}

func (a *array) Info() Info { return a.info.clone() }

func (a *array) Read(i int, dst []float32) error {
	if err := a.info.check(i, dst); err != nil {
		return err
	}
	copy(dst, a.x[i*len(dst):])
	return nil
}
