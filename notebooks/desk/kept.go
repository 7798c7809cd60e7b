package desk

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"vapoflow/internal/atomicfile"
	"vapoflow/vapo"
)

// Cached gives what compute gave when it was last called for this name and key, from a file below [Results], else computes and
// keeps it. The key is everything that the value depends on, a configuration for example: any value that encodes as JSON;
// [vapo.TrainingVersion] is part of it. Exported fields are kept, as encoding/gob has them. After a change in the code of
// compute, [Forget] the name.
func Cached[T any](name string, key any, compute func() (T, error)) (value T, err error) {
	path, err := keptPath(name, key)
	if err != nil {
		return value, err
	}
	if text, err := os.ReadFile(path); err == nil {
		var kept T
		if sum, value, _ := bytes.Cut(text, []byte("\n")); string(sum) != sumOf(value) {
			fmt.Printf("%s: what was kept is damaged or of an older version, computed anew\n", name)
		} else if gob.NewDecoder(bytes.NewReader(value)).Decode(&kept) == nil { // else the type has changed since
			stat, err := os.Stat(path)
			if err == nil {
				fmt.Printf("%s: loaded, computed %s ago\n", name, ago(stat.ModTime()))
			}
			return kept, nil
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return value, fmt.Errorf("desk: reading %s: %w", name, err)
	}
	if value, err = compute(); err != nil {
		return value, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return value, fmt.Errorf("desk: keeping %s: %w", name, err)
	}
	var text bytes.Buffer
	if err := gob.NewEncoder(&text).Encode(value); err != nil {
		return value, fmt.Errorf("desk: keeping %s: %w", name, err)
	}
	if err := atomicfile.WriteBytes(path, fmt.Appendf(nil, "%s\n%s", sumOf(text.Bytes()), text.Bytes())); err != nil {
		return value, fmt.Errorf("desk: keeping %s: %w", name, err)
	}
	return value, nil
}

// sumOf is the sha256 that stands before a kept value: gob decodes some damaged values as others.
func sumOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Forget makes [Cached] compute the name again, for every key.
func Forget(name string) error {
	files, err := filepath.Glob(filepath.Join(keptDir(), name+"-*.gob"))
	if err != nil {
		return fmt.Errorf("desk: %q is no name for a file: %w", name, err)
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			return fmt.Errorf("desk: forgetting %s: %w", name, err)
		}
	}
	return nil
}

func keptDir() string { return filepath.Join(Results(), "notebooks", "kept") }

func keptPath(name string, key any) (string, error) {
	if name == "" || name != filepath.Base(name) {
		return "", fmt.Errorf("desk: %q is no name for a file", name)
	}
	text, err := json.Marshal(key)
	if err != nil {
		return "", fmt.Errorf("desk: the key of %s must encode as JSON: %w", name, err)
	}
	hash := sha256.Sum256(fmt.Appendf(text, " %d", vapo.TrainingVersion))
	return filepath.Join(keptDir(), name+"-"+hex.EncodeToString(hash[:8])+".gob"), nil
}

// ago writes the time since then with its largest unit.
func ago(then time.Time) string {
	switch d := time.Since(then); {
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0f h", d.Hours())
	default:
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	}
}
