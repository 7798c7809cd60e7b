package npz

import (
	"archive/zip"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/numpy"
)

// Write writes named arrays as .npz with a comment, in the order of their names and stored as numpy.savez does: the same arrays
// make the same bytes. Weights hardly compress, and packing them took most of a checkpoint's time.
func Write(w io.Writer, arrays map[string]*tensors.Tensor, comment string) error {
	archive := zip.NewWriter(w)
	if err := archive.SetComment(comment); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(arrays)) {
		member, err := archive.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store})
		if err != nil {
			return err
		}
		if err := numpy.ToNpyWriter(arrays[name], member); err != nil {
			return fmt.Errorf("array %s: %w", name, err)
		}
	}
	return archive.Close()
}
