package spec

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// EnsureTools builds gonb and goimports into root/.bin, at the versions that go.mod pins, where they are missing or older
// than go.mod. It says so on progress.
func EnsureTools(ctx context.Context, root string, progress io.Writer) error {
	if _, err := exec.LookPath("go"); err != nil {
		return fmt.Errorf("notebooks are compiled by the go command, which is not on PATH: %w", err)
	}
	reason, err := stale(root, filepath.Join(root, ".bin"), "gonb", "goimports")
	if reason == "" || err != nil {
		return err
	}
	fmt.Fprintf(progress, "building gonb and goimports into .bin (%s)\n", reason)
	return install(ctx, root, filepath.Join(root, ".bin"))
}

// EnsureGopls does the same for gopls, which completes code in cells; without it everything else works. It lies in a folder of its
// own, last on the kernel's PATH, and is pinned in a module of its own, because it needs other versions of modules than gonb does.
func EnsureGopls(ctx context.Context, root string, progress io.Writer) error {
	pinned := filepath.Join(root, "notebooks", "kernel", "gopls")
	bin := filepath.Join(root, ".bin", "gopls")
	reason, err := stale(pinned, bin, "gopls")
	if reason == "" || err != nil {
		return err
	}
	fmt.Fprintf(progress, "building gopls into .bin/gopls, for completion (%s)\n", reason)
	return install(ctx, pinned, bin)
}

// install builds the tools of the module in folder into bin.
func install(ctx context.Context, folder, bin string) error {
	command := exec.CommandContext(ctx, "go", "install", "tool")
	command.Dir = folder
	command.Env = append(os.Environ(), "GOBIN="+bin, "GOWORK=off")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("go install tool in %s: %w: %s", folder, err, strings.TrimSpace(string(output)))
	}
	return nil
}

// stale says why the tools of the module in folder need to be built into bin, or "" where they need not.
func stale(folder, bin string, tools ...string) (reason string, err error) {
	mod, err := os.Stat(filepath.Join(folder, "go.mod"))
	if err != nil {
		return "", err
	}
	for _, tool := range tools {
		built, err := os.Stat(filepath.Join(bin, tool))
		switch {
		case err != nil:
			return tool + " is missing", nil
		case built.ModTime().Before(mod.ModTime()):
			return "go.mod is newer", nil
		}
	}
	return "", nil
}
