package record

import (
	"fmt"
	"os"
	"path/filepath"
)

// RunsDir and ModelsDir are the folders of records and of trained models below a folder of results.
func RunsDir(out string) string   { return filepath.Join(out, "runs") }
func ModelsDir(out string) string { return filepath.Join(out, "models") }

// CheckOut says in time that a folder of results cannot be written to.
func CheckOut(out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("the folder for results cannot be made: %w", err)
	}
	f, err := os.CreateTemp(out, ".writable.*")
	if err != nil {
		return fmt.Errorf("the folder for results cannot be written to: %w", err)
	}
	f.Close()
	return os.Remove(f.Name())
}
