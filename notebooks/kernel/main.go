// Command kernel installs the notebook kernel "Go (VAPO)" for the user, and builds what it needs.
//
//	go run ./notebooks/kernel          # as make kernel does
//	go run ./notebooks/kernel --tools  # only build gonb, goimports and gopls into .bin, as make lab does
//
// The kernelspec goes to the folder "kernels" of Jupyter's data for this user: $JUPYTER_DATA_DIR, else ~/Library/Jupyter on macOS,
// $XDG_DATA_HOME/jupyter or ~/.local/share/jupyter elsewhere. It points at the clone that it was installed from; the last one wins.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"

	"vapoflow/internal/atomicfile"
	"vapoflow/notebooks/kernel/spec"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "kernel: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	toolsOnly := len(args) == 1 && args[0] == "--tools"
	if len(args) > 0 && !toolsOnly {
		return fmt.Errorf("%q: want no argument, or --tools", args)
	}
	root, err := spec.FindRoot(".")
	if err != nil {
		return err
	}
	if err := spec.EnsureTools(ctx, root, stdout); err != nil {
		return err
	}
	if err := spec.EnsureGopls(ctx, root, stdout); err != nil {
		fmt.Fprintf(stdout, "continuing without completion in cells: %v\n", err)
	}
	if toolsOnly {
		return ctx.Err()
	}
	data, err := dataDir(runtime.GOOS, os.Getenv)
	if err != nil {
		return err
	}
	folder, err := install(root, data)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "kernel \"Go (VAPO)\" installed in %s\n", folder)
	if _, err := exec.LookPath("jupyter"); err != nil {
		fmt.Fprintln(stdout, "there is no jupyter on PATH: make lab starts one of its own")
	}
	return nil
}

// install writes the kernelspec of the repository at root to Jupyter's data folder.
func install(root, data string) (folder string, err error) {
	kernel, err := spec.Read(root)
	if err != nil {
		return "", err
	}
	text, err := json.MarshalIndent(kernel.Absolute(), "", " ")
	if err != nil {
		return "", err
	}
	folder = filepath.Join(data, "kernels", kernel.Name())
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", err
	}
	return folder, atomicfile.WriteBytes(filepath.Join(folder, "kernel.json"), append(text, '\n'))
}

// dataDir is the user's data folder of Jupyter: https://docs.jupyter.org/en/stable/use/jupyter-directories.html.
func dataDir(system string, getenv func(string) string) (string, error) {
	if dir := getenv("JUPYTER_DATA_DIR"); dir != "" {
		return dir, nil
	}
	home := getenv("HOME")
	switch dir := getenv("XDG_DATA_HOME"); {
	case system != "darwin" && dir != "":
		return filepath.Join(dir, "jupyter"), nil
	case home == "":
		return "", errors.New("no folder to install to: set HOME or JUPYTER_DATA_DIR")
	case system == "darwin":
		return filepath.Join(home, "Library", "Jupyter"), nil
	}
	return filepath.Join(home, ".local", "share", "jupyter"), nil
}
