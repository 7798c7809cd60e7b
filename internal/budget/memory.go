package budget

import (
	"math"
	"os"
	"os/exec"
	"path"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

// Physical is the machine's memory in bytes; 0 where it is not known.
var Physical = sync.OnceValue(func() uint64 {
	switch runtime.GOOS {
	case "linux":
		text, _ := os.ReadFile("/proc/meminfo")
		for line := range strings.Lines(string(text)) {
			if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "MemTotal:" {
				kilobytes, _ := strconv.ParseUint(fields[1], 10, 64)
				return kilobytes << 10
			}
		}
	case "darwin":
		out, _ := exec.Command("sysctl", "-n", "hw.memsize").Output()
		bytes, _ := strconv.ParseUint(strings.TrimSpace(string(out)), 10, 64)
		return bytes
	}
	return 0
})

// available is the smallest of the machine's memory and the limits of the process's control groups; no limit where neither is
// known.
var available = sync.OnceValue(func() uint64 {
	least := uint64(math.MaxUint64)
	if physical := Physical(); physical > 0 {
		least = physical
	}
	groups, _ := os.ReadFile("/proc/self/cgroup")
	return min(least, groupLimit(string(groups), os.ReadFile))
})

// groupLimit is the smallest limit on the way from a process's control groups, as /proc/self/cgroup lists them, to their roots.
// In a container the listed paths may be those outside, and the roots are its own.
func groupLimit(groups string, read func(string) ([]byte, error)) uint64 {
	least := uint64(math.MaxUint64)
	for line := range strings.Lines(groups) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) < 3 {
			continue
		}
		root, file := "/sys/fs/cgroup", "memory.max"
		switch parts[1] {
		case "": // version 2
		case "memory":
			root, file = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		for at := path.Clean("/" + parts[2]); ; at = path.Dir(at) {
			text, err := read(path.Join(root, at, file))
			if bytes, parseErr := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64); err == nil && parseErr == nil {
				least = min(least, bytes)
			}
			if at == "/" {
				break
			}
		}
	}
	return least
}
