package inception

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"vapoflow/internal/cachedir"
	"vapoflow/internal/download"
	"vapoflow/internal/filehash"
)

const (
	// URL is where pytorch-fid publishes the weights: 95,628,359 bytes.
	URL = "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/" + fileName
	// SHA256 is the hash of the published file; its first eight digits are part of the file's name. torch-fidelity, which
	// publishes the same bytes, and others who pin the file give it in full.
	SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"

	fileName = "pt_inception-2015-12-05-6726825d.pth"
)

// Published returns the published weights from the file at path, which must have the hash [SHA256]. Where path is "" they
// come from [CachePath] and are downloaded there from [URL] when they are not there yet; progress, unless nil, is told the
// bytes done and the total, or -1 where the server does not tell.
func Published(ctx context.Context, path string, progress func(done, total int64)) (*Weights, error) {
	return published{URL, SHA256}.get(ctx, path, progress)
}

// Open returns weights from any file of torch.save that holds a state dictionary with the published names and shapes.
// Features by them are not comparable with published ones, unless the file is the published one.
func Open(path string) (*Weights, error) {
	sum, err := filehash.SHA256(path)
	if err != nil {
		return nil, fmt.Errorf("inception: %w", err)
	}
	arrays, err := readPTH(path)
	if err != nil {
		return nil, err
	}
	return &Weights{arrays, sum == SHA256}, nil
}

// CachePath is where [Published] keeps the file: inception/pt_inception-2015-12-05-6726825d.pth in the cache folder of
// vapoflow; "" where there is none.
func CachePath() string {
	dir := cachedir.Dir()
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "inception", fileName)
}

// published says where a file comes from and what hash it has.
type published struct{ url, sha256 string }

func (p published) get(ctx context.Context, path string, progress func(done, total int64)) (*Weights, error) {
	if path == "" {
		path = CachePath()
		if path == "" {
			return nil, fmt.Errorf("inception: there is no cache folder: set VAPO_CACHE, or download %s and name the file", p.url)
		}
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			err := os.MkdirAll(filepath.Dir(path), 0o755)
			if err == nil {
				err = download.File(ctx, p.url, path, p.sha256, progress)
			}
			if err != nil {
				return nil, fmt.Errorf("inception: the weights could not be fetched: %w; or put the file at %s yourself, or "+
					"name its path", err, path)
			}
		}
	}
	sum, err := filehash.SHA256(path)
	if err != nil {
		return nil, fmt.Errorf("inception: %w: download %s and name the file", err, p.url)
	}
	if sum != p.sha256 {
		return nil, fmt.Errorf("inception: %s has sha256 %s, not the published %s: remove it and download %s again",
			path, sum, p.sha256, p.url)
	}
	return Open(path)
}
