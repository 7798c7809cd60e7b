// Package house checks that the rooms of CONTRIBUTING's table import one another as the table says.
package house

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// outside are modules that only one folder may import.
var outside = map[string]string{"gonum.org/v1/plot": "figures", "github.com/janpfeifer/gonb": "notebooks", "github.com/spf13/cobra": "experiments"}

// rooms reads the table: a room's folder and the folders that its last column names.
func rooms(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "## The house")
	table, _, _ = strings.Cut(table, "\n## ")
	name := regexp.MustCompile("`([a-z/]+?)/?`")
	folders := func(cell string) (all []string) {
		for _, found := range name.FindAllStringSubmatch(cell, -1) {
			all = append(all, found[1])
		}
		return all
	}
	may := map[string][]string{}
	for _, row := range regexp.MustCompile(`(?m)^\| (.+?) \| .+ \| (.+?) \|$`).FindAllStringSubmatch(table, -1) {
		for _, room := range folders(row[1]) {
			if stat, err := os.Stat(filepath.Join(root, room)); err != nil || !stat.IsDir() {
				t.Errorf("the table has a room %s, and there is no such folder", room)
			}
			may[room] = folders(row[2])
		}
	}
	return may
}

// of is the room that a package lies in: that of the longest name.
func of(may map[string][]string, pkg string) string {
	for ; pkg != "."; pkg = path.Dir(pkg) {
		if _, ok := may[pkg]; ok {
			return pkg
		}
	}
	return ""
}

// reaches tells whether a room may import another: one that it names, or that one of these may import.
func reaches(may map[string][]string, from, to string) bool {
	return slices.ContainsFunc(may[from], func(next string) bool { return next == to || reaches(may, next, to) })
}

func TestImportsGoTheTablesWay(t *testing.T) {
	may := rooms(t)
	if len(may) < 10 {
		t.Fatalf("the table was read as %v", may)
	}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		pkg, _ := filepath.Rel(root, filepath.Dir(file))
		pkg = filepath.ToSlash(pkg)
		if d.IsDir() {
			_, module := os.Stat(filepath.Join(file, "go.mod"))
			if file != root && (module == nil || strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") { // tests compare with what they like
			return nil
		}
		here := of(may, pkg)
		if here == "" {
			t.Errorf("%s lies in no room of the table in CONTRIBUTING.md: add a line there", pkg)
			return nil
		}
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range source.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			for module, only := range outside {
				if strings.HasPrefix(imported, module) && pkg != only && !strings.HasPrefix(pkg, only+"/") {
					t.Errorf("%s/%s imports %s, which is for %s alone", pkg, d.Name(), imported, only)
				}
			}
			ours, ok := strings.CutPrefix(imported, "vapoflow/")
			if there := of(may, ours); ok && there != here && !reaches(may, here, there) {
				t.Errorf("%s/%s imports %s: the room %s may import %v alone, and what these may",
					pkg, d.Name(), ours, here, may[here])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
