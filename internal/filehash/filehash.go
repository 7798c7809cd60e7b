// Package filehash names the contents of files.
package filehash

import (
	"crypto/sha256"
	"encoding/hex"
	"io"

	"vapoflow/internal/regular"
)

// SHA256 is the hash of a regular file's bytes in hexadecimal.
func SHA256(path string) (string, error) {
	file, _, err := regular.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
