// Package spec reads the kernelspec of the repository, notebooks/kernel/kernels/vapo/kernel.json, and builds the tools that the
// kernel needs. The headless runner, Jupyter's kernel and their tests start the same kernel through it.
package spec

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Folder is where the kernelspec lies in the repository: {resource_dir} in kernel.json.
const Folder = "notebooks/kernel/kernels/vapo"

// Spec is a kernelspec as https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs has it.
type Spec struct {
	Argv      []string          `json:"argv"`
	Display   string            `json:"display_name"`
	Language  string            `json:"language"`
	Interrupt string            `json:"interrupt_mode"`
	Env       map[string]string `json:"env"`

	folder string
}

// FindRoot returns the root of the repository: the nearest folder at or above start that holds the kernelspec.
func FindRoot(start string) (string, error) {
	start, err := filepath.Abs(start)
	for dir := start; err == nil; dir = filepath.Dir(dir) {
		if _, e := os.Stat(filepath.Join(dir, Folder, "kernel.json")); e == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			err = fmt.Errorf("no %s/kernel.json at or above %s: run this inside the repository", Folder, start)
		}
	}
	return "", err
}

// Read reads the kernelspec of the repository at root.
func Read(root string) (s Spec, err error) {
	s.folder = filepath.Join(root, Folder)
	path := filepath.Join(s.folder, "kernel.json")
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err == nil && len(s.Argv) == 0 {
		err = fmt.Errorf("%s: argv is empty", path)
	}
	return s, err
}

// Name is the name by which notebooks ask for the kernel.
func (s Spec) Name() string { return filepath.Base(s.folder) }

// Command is the command that starts the kernel with the given connection file.
func (s Spec) Command(connectionFile string) []string {
	return s.replace("{resource_dir}", s.folder, "{connection_file}", connectionFile)
}

// Absolute is the kernelspec with the root of the repository written out, so that it works from any folder.
func (s Spec) Absolute() Spec {
	up, err := filepath.Rel(s.folder, strings.TrimSuffix(s.folder, filepath.FromSlash(Folder)))
	if err != nil {
		panic(err) // both are absolute
	}
	s.Argv = s.replace("{resource_dir}/"+filepath.ToSlash(up), filepath.Join(s.folder, up))
	return s
}

func (s Spec) replace(oldnew ...string) []string {
	fill := strings.NewReplacer(oldnew...)
	argv := make([]string, len(s.Argv))
	for i, arg := range s.Argv {
		argv[i] = fill.Replace(arg)
	}
	return argv
}
