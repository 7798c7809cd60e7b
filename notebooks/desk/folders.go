package desk

import (
	"os"
	"path/filepath"
)

// Results is the folder of results of this checkout, that of the command line: records, trained models and kept values.
func Results() string { return filepath.Join(root(), "results") }

// DataRoot is the folder of the data sets, as the command line has it: $VAPO_DATA, else data in the checkout where that exists,
// else "".
func DataRoot() string {
	if dir := os.Getenv("VAPO_DATA"); dir != "" {
		return dir
	}
	dir := filepath.Join(root(), "data")
	if stat, err := os.Stat(dir); err == nil && stat.IsDir() {
		return dir
	}
	return ""
}

// root is the nearest folder above with a go.mod, or this one: a notebook's program starts in the notebook's folder.
func root() string {
	here, err := os.Getwd()
	if err != nil {
		return "."
	}
	for dir := here; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return here
		}
	}
}
