package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// specFolder is where the kernelspec lies in the repository: {resource_dir} in kernel.json.
const specFolder = "notebooks/kernel/kernels/vapo"

// A kernelspec is the part of kernel.json that says how to start the kernel.
type kernelspec struct {
	folder  string
	Argv    []string          `json:"argv"`
	Display string            `json:"display_name"`
	Env     map[string]string `json:"env"`
}

// findRoot returns the root of the repository: the nearest folder at or above start that holds the kernelspec.
func findRoot(start string) (string, error) {
	start, err := filepath.Abs(start)
	for dir := start; err == nil; dir = filepath.Dir(dir) {
		if _, e := os.Stat(filepath.Join(dir, specFolder, "kernel.json")); e == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			err = fmt.Errorf("no %s/kernel.json at or above %s: run this inside the repository", specFolder, start)
		}
	}
	return "", err
}

// readSpec reads the kernelspec of the repository at root.
func readSpec(root string) (spec kernelspec, err error) {
	spec.folder = filepath.Join(root, specFolder)
	path := filepath.Join(spec.folder, "kernel.json")
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &spec)
	}
	if err == nil && len(spec.Argv) == 0 {
		err = fmt.Errorf("%s: argv is empty", path)
	}
	return spec, err
}

// argv is the command that starts the kernel with the given connection file.
func (s kernelspec) argv(connectionFile string) []string {
	fill := strings.NewReplacer("{resource_dir}", s.folder, "{connection_file}", connectionFile)
	argv := make([]string, len(s.Argv))
	for i, arg := range s.Argv {
		argv[i] = fill.Replace(arg)
	}
	return argv
}

// ensureTools builds gonb and goimports into root/.bin, at the versions that go.mod pins, where they are missing or older
// than go.mod. It says so on progress.
func ensureTools(ctx context.Context, root string, progress io.Writer) error {
	if _, err := exec.LookPath("go"); err != nil {
		return fmt.Errorf("notebooks are compiled by the go command, which is not on PATH: %w", err)
	}
	reason, err := staleTools(root)
	if reason == "" || err != nil {
		return err
	}
	fmt.Fprintf(progress, "building gonb and goimports into .bin (%s)\n", reason)
	install := exec.CommandContext(ctx, "go", "install", "tool")
	install.Dir = root
	install.Env = append(os.Environ(), "GOBIN="+filepath.Join(root, ".bin"))
	if output, err := install.CombinedOutput(); err != nil {
		return fmt.Errorf("go install tool in %s: %w: %s", root, err, lastLine(string(output)))
	}
	return nil
}

// staleTools says why the tools need to be built, or "" where they need not.
func staleTools(root string) (reason string, err error) {
	mod, err := os.Stat(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", err
	}
	for _, tool := range []string{"gonb", "goimports"} {
		built, err := os.Stat(filepath.Join(root, ".bin", tool))
		switch {
		case err != nil:
			return tool + " is missing", nil
		case built.ModTime().Before(mod.ModTime()):
			return "go.mod is newer", nil
		}
	}
	return "", nil
}

// lastLine is the last line of text that is not blank.
func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
}
