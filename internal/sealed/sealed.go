// Package sealed gives a JSON document the sha256 of its own bytes, so that a bit which turned in it, or a number that was
// edited, is told.
package sealed

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"vapoflow/internal/npz"
)

// Open is what a document's seal is before it has one: as long as a hash, of which the hash is taken.
var Open = strings.Repeat("0", 2*sha256.Size)

// Marshal encodes v, which holds [Open] once, as indented JSON with the hash in its place.
func Marshal(v any) ([]byte, error) {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	text = append(text, '\n')
	return bytes.Replace(text, []byte(Open), []byte(hash(text)), 1), nil
}

// Check compares a document with the seal that was read in it. One without a seal, "", as before there were seals, is taken as it
// is. The error wraps [npz.ErrDamaged].
func Check(text []byte, seal string) error {
	if seal == "" {
		return nil
	}
	if is := hash(bytes.Replace(text, []byte(seal), []byte(Open), 1)); is != seal {
		return fmt.Errorf("%w or edited: its sha256 is %.12s, its seal says %.12s", npz.ErrDamaged, is, seal)
	}
	return nil
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
