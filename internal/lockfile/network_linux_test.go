package lockfile

import (
	"syscall"
	"testing"
)

// /proc is no network's, and is found where the table has its number.
func TestNetwork(t *testing.T) {
	var stat syscall.Statfs_t
	if err := syscall.Statfs("/proc", &stat); err != nil {
		t.Skip(err)
	}
	if name := Network("/proc"); name != "" {
		t.Errorf("/proc is on %s", name)
	}
	number := uint32(stat.Type)
	networks[number] = "made up"
	defer delete(networks, number)
	if name := Network("/proc"); name != "made up" {
		t.Errorf("/proc is %q", name)
	}
	if name := Network("/proc/nowhere"); name != "" {
		t.Errorf("what is not there is on %s", name)
	}
}
