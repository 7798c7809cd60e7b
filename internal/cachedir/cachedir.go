// Package cachedir says where vapoflow keeps what it can make or fetch again.
package cachedir

import (
	"os"
	"path/filepath"
)

// Dir is $VAPO_CACHE, else vapoflow in the user's cache folder. It is "" where the user has none. The folder need not exist.
func Dir() string {
	if dir := os.Getenv("VAPO_CACHE"); dir != "" {
		return dir
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "vapoflow")
}
