package main

import (
	_ "embed"
	"html/template"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A page is a file of the repository or a package, as HTML.
type page struct {
	path  string // in the site, with slashes
	title string
	group string // in the list at the side; "" is not listed
	body  template.HTML
}

// site is what is written, and what its links may lead to.
type site struct {
	root  string
	pages []page
	at    map[string]string // pages by what they show: a file or folder of the repository
	files map[string]bool   // files that pages link to, copied as they are
}

//go:embed layout.html
var layout string

var layoutTemplate = template.Must(template.New("page").Parse(layout))

// guides are the first pages, in their order; what else lies in Markdown is found.
var guides = []struct{ file, title string }{
	{"README.md", "vapoflow"}, {"docs/THEORY.md", "The mathematics"}, {"docs/SCALE.md", "Many seeds, many machines"}, {"docs/IMAGES.md", "Images"}, {"docs/POSTERIOR.md", "Posteriors"},
	{"RESULTS.md", "Results"}, {"CONTRIBUTING.md", "Contributing"}, {"CHANGELOG.md", "Changelog"},
}

// write writes the site and tells how many pages it has.
func write(root, out string) (int, error) {
	s := &site{root: root, at: map[string]string{}, files: map[string]bool{}}
	texts, err := s.texts()
	if err != nil {
		return 0, err
	}
	notebooks, err := filepath.Glob(filepath.Join(root, "notebooks", "*.ipynb"))
	if err != nil {
		return 0, err
	}
	slices.SortFunc(notebooks, func(a, b string) int { // tutorials first
		first, second := strings.Contains(a, "tutorial"), strings.Contains(b, "tutorial")
		if first != second {
			return map[bool]int{true: -1, false: 1}[first]
		}
		return strings.Compare(a, b)
	})
	packages, err := list(root)
	if err != nil {
		return 0, err
	}
	for _, file := range texts { // all places first: pages link to one another
		s.at[file] = strings.TrimSuffix(file, ".md") + ".html"
	}
	s.at["README.md"], s.at["."] = "index.html", "index.html"
	for i := range notebooks {
		notebooks[i], _ = filepath.Rel(root, notebooks[i])
		notebooks[i] = filepath.ToSlash(notebooks[i])
		s.at[notebooks[i]] = strings.TrimSuffix(notebooks[i], ".ipynb") + ".html"
	}
	for _, p := range packages {
		s.at[p.folder] = path.Join("packages", p.folder+".html")
	}
	for _, add := range []func() error{
		func() error { return each(texts, s.addText) }, func() error { return each(notebooks, s.addNotebook) }, func() error { return each(packages, s.addPackage) },
	} {
		if err := add(); err != nil {
			return 0, err
		}
	}
	return len(s.pages), s.save(out)
}

func each[T any](all []T, do func(T) error) error {
	for _, one := range all {
		if err := do(one); err != nil {
			return err
		}
	}
	return nil
}

// entry is a line of the list at the side.
type entry struct {
	Title, Link string
	Here        bool
}

type group struct {
	Name    string
	Entries []entry
}

// save writes all pages and copies the files that they link to.
func (s *site) save(out string) error {
	for _, p := range s.pages {
		var groups []group
		for _, other := range s.pages {
			if other.group == "" {
				continue
			}
			if len(groups) == 0 || groups[len(groups)-1].Name != other.group {
				groups = append(groups, group{Name: other.group})
			}
			last := &groups[len(groups)-1]
			last.Entries = append(last.Entries, entry{other.title, relative(p.path, other.path), other.path == p.path})
		}
		var text strings.Builder
		if err := layoutTemplate.Execute(&text, map[string]any{"Title": p.title, "Groups": groups, "Body": p.body}); err != nil {
			return err
		}
		if err := put(filepath.Join(out, filepath.FromSlash(p.path)), []byte(text.String())); err != nil {
			return err
		}
	}
	for file := range s.files {
		content, err := os.ReadFile(filepath.Join(s.root, filepath.FromSlash(file)))
		if err != nil {
			return err
		}
		if err := put(filepath.Join(out, filepath.FromSlash(file)), content); err != nil {
			return err
		}
	}
	return nil
}

func put(file string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o644)
}

// relative is the link from one page to another.
func relative(from, to string) string {
	link, _ := filepath.Rel(filepath.FromSlash(path.Dir(from)), filepath.FromSlash(to)) // both are below the site
	return filepath.ToSlash(link)
}

// link turns a link in a file of the repository into one on its page: to the page of what it names, or to a copy of that file.
func (s *site) link(file, to string) string {
	target, anchor, _ := strings.Cut(to, "#")
	if target == "" || strings.Contains(target, ":") {
		return to
	}
	named := path.Join(path.Dir(file), target)
	place, ok := s.at[named]
	if !ok {
		stat, err := os.Stat(filepath.Join(s.root, filepath.FromSlash(named)))
		switch {
		case err != nil:
			return to // the test finds it
		case stat.IsDir():
			if place, ok = s.at[path.Join(named, "README.md")]; !ok {
				return to
			}
		default:
			place = named
			s.files[named] = true
		}
	}
	if anchor != "" {
		anchor = "#" + anchor
	}
	return relative(s.at[file], place) + anchor
}
