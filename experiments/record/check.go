package record

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"vapoflow/internal/filehash"
	"vapoflow/internal/npz"
)

// ErrDamaged is wrapped by the error of a record that is there and is not what was written.
var ErrDamaged = npz.ErrDamaged

// Verify reads a run's folder whole and says what in it is not as its manifest says.
func Verify(dir string) error {
	m, err := Read(dir)
	if err != nil {
		return err
	}
	return Stored{dir, m}.Check(true)
}

// Check says which artefacts of a run are not as its manifest says: those that are missing, have another size, or have another
// hash. It reads those alone that were changed after the manifest was written, unless all is set. The error wraps [ErrDamaged].
func (s Stored) Check(all bool) error {
	manifest, err := os.Stat(filepath.Join(s.Dir, ManifestFile))
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	var problems []error
	for _, file := range slices.Sorted(maps.Keys(s.Artefacts)) {
		path := filepath.Join(s.Dir, filepath.FromSlash(file))
		stat, err := os.Stat(path)
		size, sized := s.Sizes[file]
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("%s is missing (%w)", file, err))
			continue
		case sized && stat.Size() != size:
			problems = append(problems, fmt.Errorf("%s has %d bytes, the manifest says %d", file, stat.Size(), size))
			continue
		case sized && !all && !stat.ModTime().After(manifest.ModTime()):
			continue
		}
		is, err := filehash.SHA256(path)
		if err == nil && is != s.Artefacts[file] {
			err = fmt.Errorf("%s has sha256 %.12s, the manifest says %.12s", file, is, s.Artefacts[file])
		}
		if err != nil {
			problems = append(problems, err)
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("record: %s is %w: %w", s.Dir, ErrDamaged, errors.Join(problems...))
	}
	return nil
}

// FigureExtensions are those of the files that a figure is written to; [Figure.File] has the first.
var FigureExtensions = []string{".png", ".svg", ".pdf"}

// WithoutFigures is the run without the artefacts that a redraw makes again.
func (s Stored) WithoutFigures() Stored {
	s.Artefacts = maps.Clone(s.Artefacts)
	for _, f := range s.Figures {
		for _, extension := range FigureExtensions {
			delete(s.Artefacts, strings.TrimSuffix(f.File, FigureExtensions[0])+extension)
		}
	}
	return s
}
