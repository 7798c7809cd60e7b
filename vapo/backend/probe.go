package backend

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"vapoflow/internal/atomicfile"
	"vapoflow/internal/cachedir"
)

// A plugin is code of others that runs as soon as it is opened: it may hang, crash or end the process. So it is opened first by a
// child, this program again with probeEnv set, which says opened when all went well. What came of it is kept by the file's path,
// size and time.
const (
	probeEnv = "VAPO_PROBE_PLUGIN"
	opened   = "vapo: the plugin opens"
)

// probeLimit is how long a plugin may take to open, and failureAge how long a failure is believed: it may have been the
// machine's.
var probeLimit, failureAge = 20 * time.Second, 24 * time.Hour

// probe is why a plugin cannot be opened; nil where it can.
func probe(path string) error {
	stat, err := os.Stat(path)
	if err != nil {
		return err
	}
	kept := ""
	if cache := cachedir.Dir(); cache != "" {
		hash := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%d", path, stat.Size(), stat.ModTime().UnixNano()))
		kept = filepath.Join(cache, "probes", hex.EncodeToString(hash[:8]))
		if said, err := os.ReadFile(kept); err == nil && believed(kept, string(said)) {
			return probed(path, string(said), kept)
		}
	}
	said := askChild(path)
	if kept != "" && os.MkdirAll(filepath.Dir(kept), 0o777) == nil {
		_ = atomicfile.WriteBytes(kept, []byte(said)) // else the next process asks again
	}
	return probed(path, said, "")
}

func believed(kept, said string) bool {
	stat, err := os.Stat(kept)
	return said == opened || err == nil && time.Since(stat.ModTime()) < failureAge
}

func probed(path, said, kept string) error {
	switch {
	case said == opened:
		return nil
	case kept != "":
		return fmt.Errorf("XLA plugin %s does not open: %s (found before; delete %s to try again)", path, said, kept)
	}
	return fmt.Errorf("XLA plugin %s does not open: %s", path, said)
}

// askChild opens a plugin in a child and gives opened, or in a line what went wrong.
func askChild(path string) string {
	program, err := os.Executable()
	if err != nil {
		return opened // it cannot be asked: the plugin is opened as it is
	}
	ctx, cancel := context.WithTimeout(context.Background(), probeLimit)
	defer cancel()
	var out, log bytes.Buffer
	child := exec.CommandContext(ctx, program)
	child.Env = append(os.Environ(), probeEnv+"="+path)
	child.Stdout, child.Stderr, child.WaitDelay = &out, &log, time.Second
	err = child.Run()
	said := strings.Join(strings.Fields(out.String()), " ")
	switch {
	case strings.HasSuffix(said, opened):
		return opened
	case ctx.Err() != nil:
		return fmt.Sprintf("it took more than %s", probeLimit)
	case said != "":
		return said
	case err != nil:
		return fmt.Sprintf("it ends the process that opens it: %v", firstCause(err, log.String()))
	}
	return "it ends the process that opens it"
}

// firstCause names the signal that Go's trace on standard error begins with, where there is one.
func firstCause(err error, log string) string {
	for line := range strings.Lines(log) {
		if strings.HasPrefix(line, "SIG") || strings.HasPrefix(line, "fatal") {
			return strings.TrimSpace(line)
		}
	}
	return err.Error()
}

// sayLate tells on standard error that a plugin is being opened, where that takes more than a second.
func sayLate(path string) (done func() bool) {
	return time.AfterFunc(time.Second, func() { fmt.Fprintf(os.Stderr, "backend: opening %s\n", path) }).Stop
}
