//go:build unix && !solaris && !aix

package lockfile

import (
	"errors"
	"os"
	"syscall"
)

// try takes the lock where it is free.
func try(f *os.File) (free bool, err error) {
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	return err == nil, err
}
