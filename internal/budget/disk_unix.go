//go:build linux || darwin

package budget

import (
	"fmt"
	"syscall"
)

// CheckDisk is an error that wraps ErrTooLarge where what takes more bytes than the disk of a folder has left.
func CheckDisk(what, folder string, bytes float64) error {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(folder, &stat); err != nil {
		return nil // the writing will tell
	}
	if free := float64(stat.Bavail) * float64(stat.Bsize); bytes > free {
		return fmt.Errorf("%w: %s would take about %s, and the disk of %s has %s left",
			ErrTooLarge, what, size(bytes), folder, size(free))
	}
	return nil
}
