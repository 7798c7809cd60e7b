package dataset

import (
	"archive/zip"
	"bufio"
	"fmt"
	"image"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"vapoflow/internal/regular"
)

const (
	celebaFolder = "celeba"
	celebaSmall  = "celeba64"
	celebaAlbum  = "img_align_celeba" // the archive, less .zip, and the folder in it
	celebaList   = "list_eval_partition.txt"
	celebaCrop   = 140
	celebaSide   = 64
)

var (
	celebaFound = image.Pt(178, 218)                               // size of the official aligned images
	celebaTotal = map[string]int{"train": 162_770, "test": 19_962} // the other 19,867 are for validation
	celebaPart  = map[string]string{"train": " 0", "test": " 2"}   // how a line of the official list ends
)

// openCelebA reads CelebA, aligned (Liu et al. 2015, https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html). It looks for
//
//	celeba/img_align_celeba.zip, or celeba/img_align_celeba/, with celeba/list_eval_partition.txt
//	celeba64/train/ and celeba64/test/, images that are 64×64 already and are taken as they are
//
// The official images are cropped to the 140×140 in the middle and resized to 64×64, or opt.Size, by antialiased
// bilinear interpolation, as in the usual benchmark.
func openCelebA(e entry, opt Options) (Dataset, error) {
	if opt.Root == "" {
		return nil, missingError(e.name, "no data folder was given")
	}
	p := &pictures{side: opt.Size}
	if p.side == 0 {
		p.side = celebaSide
	}
	if p.side < 0 {
		return nil, fmt.Errorf("dataset: size %d: image sizes are positive, 0 gives %d", opt.Size, celebaSide)
	}
	if err := checkImages(1, image.Pt(p.side, p.side)); err != nil {
		return nil, fmt.Errorf("dataset: %s: %w", e.name, err)
	}
	what, err := p.findCelebA(e, opt)
	if err != nil {
		return nil, err
	}
	p.info = Info{
		Name:   e.name,
		Title:  fmt.Sprintf("%s %s%s, %s", e.title, opt.Split, partOf(len(p.names), celebaTotal[opt.Split]), what),
		Shape:  []int{p.side, p.side, 3},
		Len:    len(p.names),
		Source: p.info.Source,
	}
	if _, err := p.decode(p.names[0]); err != nil {
		return nil, fmt.Errorf("dataset: %s: %w", p.info.Source, err)
	}
	p.info.SHA256, err = fingerprint(p.info.Source, p.files, p.names)
	return p, err
}

func partOf(have, total int) string {
	if have == total {
		return ""
	}
	return fmt.Sprintf(", a part: %d of %d images", have, total)
}

// findCelebA finds the files of a split and says what was found.
func (p *pictures) findCelebA(e entry, opt Options) (what string, err error) {
	official, small := filepath.Join(opt.Root, celebaFolder), filepath.Join(opt.Root, celebaSmall)
	archive := filepath.Join(official, celebaAlbum+".zip")
	if stat, err := os.Stat(archive); err == nil {
		if p.files, err = zip.NewReader(onDemand(archive), stat.Size()); err != nil {
			return "", fmt.Errorf("dataset: %s: %w", archive, err)
		}
		p.info.Source = archive
		return p.official(e, official, opt.Split)
	}
	if isFolder(filepath.Join(official, celebaAlbum)) {
		p.files, p.info.Source = os.DirFS(official), filepath.Join(official, celebaAlbum)
		return p.official(e, official, opt.Split)
	}
	p.info.Source = filepath.Join(small, opt.Split)
	if !isFolder(p.info.Source) {
		return "", missingError(e.name, fmt.Sprintf("there is neither %s nor %s", archive, p.info.Source))
	}
	p.files, p.found, p.crop = os.DirFS(p.info.Source), image.Pt(celebaSide, celebaSide), celebaSide
	if p.names, err = listImages(p.files, "."); err != nil {
		return "", fmt.Errorf("dataset: %w", err)
	}
	if len(p.names) == 0 {
		return "", missingError(e.name, p.info.Source+" holds no images")
	}
	return p.describe("not the official archive but images cropped before"), nil
}

// onDemand is a file that is open while a piece of it is read: sets have no end at which one kept open could be closed. A picture
// is three pieces and takes a hundred times as long to decode as to open its file.
type onDemand string

// ReadAt implements [io.ReaderAt].
func (path onDemand) ReadAt(p []byte, offset int64) (int, error) {
	file, err := os.Open(string(path))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	return file.ReadAt(p, offset)
}

// official takes those images of the archive or folder that the official list puts into the split.
func (p *pictures) official(e entry, folder, split string) (what string, err error) {
	p.found, p.crop = celebaFound, celebaCrop
	there, err := listImages(p.files, celebaAlbum)
	if err != nil {
		return "", fmt.Errorf("dataset: %s: %w", p.info.Source, err)
	}
	found := map[string]bool{}
	for _, name := range there {
		found[name] = true
	}
	list, _, err := regular.Open(filepath.Join(folder, celebaList))
	if err != nil {
		return "", missingError(e.name, fmt.Sprintf("%s is there, but not %s, which names the images of each split",
			p.info.Source, filepath.Join(folder, celebaList)))
	}
	defer list.Close()
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		name, ok := strings.CutSuffix(strings.TrimSpace(lines.Text()), celebaPart[split])
		if name = path.Join(celebaAlbum, strings.TrimSpace(name)); ok && found[name] {
			p.names = append(p.names, name)
		}
	}
	if err := lines.Err(); err != nil {
		return "", fmt.Errorf("dataset: %s: %w", list.Name(), err)
	}
	if len(p.names) == 0 {
		return "", fmt.Errorf("dataset: %s holds none of the images of the %s split that %s names",
			p.info.Source, split, list.Name())
	}
	return p.describe(fmt.Sprintf("the middle %d×%d", p.crop, p.crop)), nil
}

// describe says which part of the images is taken, and at what size.
func (p *pictures) describe(part string) string {
	if p.side == p.crop {
		return part
	}
	return fmt.Sprintf("%s resized to %d×%d", part, p.side, p.side)
}

// listImages lists the images directly in a folder, by name.
func listImages(files fs.FS, folder string) (names []string, err error) {
	entries, err := fs.ReadDir(files, folder)
	for _, e := range entries {
		if !e.IsDir() && isImageName(e.Name()) {
			names = append(names, path.Join(folder, e.Name()))
		}
	}
	return names, err
}
