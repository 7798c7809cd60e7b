// Package download gets files that are published with their hash.
package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"vapoflow/internal/atomicfile"
	"vapoflow/internal/filehash"
)

// File puts what url serves at path, whole and with the given sha256 in hexadecimal, or not at all. A file that is there and has
// it stays. Until all has come the bytes are kept at path.part, with which a later call goes on; those with another hash are
// deleted. progress, unless nil, is told the bytes done and the total, or -1 where the server does not tell. The folder must
// exist.
func File(ctx context.Context, url, path, sha256 string, progress func(done, total int64)) error {
	if sum, err := filehash.SHA256(path); err == nil && sum == sha256 {
		return nil
	}
	part := path + ".part"
	if err := fetch(ctx, url, part, progress); err != nil {
		return fmt.Errorf("download of %s: %w; the next one goes on from what has come", url, err)
	}
	sum, err := filehash.SHA256(part)
	if err != nil {
		return err
	}
	if sum != sha256 {
		os.Remove(part)
		return fmt.Errorf("download of %s: what was served has sha256 %s, expected %s; it is deleted, try again",
			url, sum, sha256)
	}
	return atomicfile.Rename(part, path)
}

// fetch writes url to path, going on after the bytes that path already holds.
func fetch(ctx context.Context, url, path string, progress func(done, total int64)) (err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	done := int64(0)
	if stat, err := os.Stat(path); err == nil && stat.Size() > 0 {
		done = stat.Size()
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", done))
	}
	response, err := do(request, stall)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	how := os.O_CREATE | os.O_WRONLY
	switch response.StatusCode {
	case http.StatusPartialContent:
		how |= os.O_APPEND
	case http.StatusRequestedRangeNotSatisfiable:
		return nil // nothing is left to send: the hash decides
	case http.StatusOK: // the server sends all of it
		done, how = 0, how|os.O_TRUNC
	default:
		return fmt.Errorf("the server answered %s", response.Status)
	}
	file, err := os.OpenFile(path, how, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Sync(), file.Close()) }()
	total := int64(-1)
	if response.ContentLength >= 0 {
		total = done + response.ContentLength
	}
	count := meter(func(n int) {
		if done += int64(n); progress != nil {
			progress(done, total)
		}
	})
	_, err = io.Copy(io.MultiWriter(file, count), response.Body)
	return err
}

// meter is a writer that tells how many bytes of a piece went through it.
type meter func(n int)

// Write never fails.
func (m meter) Write(p []byte) (int, error) {
	m(len(p))
	return len(p), nil
}
