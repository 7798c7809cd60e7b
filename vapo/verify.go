package vapo

import (
	"errors"
	"io/fs"
	"path/filepath"

	"vapoflow/vapo/backend"
)

// Verify reads the folder of a model or of an unfinished training whole, and says what of its configuration, weights and
// checkpoints is not as it was written.
func Verify(dir string) error {
	var problems []error
	if exists(filepath.Join(dir, weightsFile)) {
		if _, err := Load(backend.Host(), dir); err != nil {
			problems = append(problems, err)
		}
	}
	for _, file := range []string{checkpointFile, previousFile} {
		if path := filepath.Join(dir, file); exists(path) {
			if _, _, err := loadStore(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // one at work may have renamed it
				problems = append(problems, err)
			}
		}
	}
	return errors.Join(problems...)
}
