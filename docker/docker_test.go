// Package docker_test checks the container files where no container engine is: it parses and lints both Dockerfiles, and reads
// compose.yaml and .dockerignore against them. What only a build can tell, docker/README.md says.
package docker_test

import (
	"go/version"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestDockerfiles(t *testing.T) {
	for _, file := range []string{"Dockerfile", "Dockerfile.cuda"} {
		for _, complaint := range lint(read(t, file)) {
			t.Errorf("%s: %s", file, complaint)
		}
	}
}

// TestLintFinds breaks the real Dockerfile in every way that a rule is for.
func TestLintFinds(t *testing.T) {
	good := read(t, "Dockerfile")
	for _, c := range []struct{ old, new, complaint string }{
		{"ARG BASE=golang:1.26.8-trixie", "ARG BASE=golang", "whole version"},
		{"ARG BASE=golang:1.26.8-trixie", "ARG BASE=golang:1-trixie", "whole version"},
		{"FROM ${BASE}", "FROM golang:1.26.8-trixie", "not the argument"},
		{"ARG BASE=golang:1.26.8-trixie\n", "", "want ARG BASE"},
		{"USER vapo", "USER root", "USER is root"},
		{"USER vapo\n", "", "USER is root"},
		{"EXPOSE 8888", "USER 0:0", "USER is root"},
		{"EXPOSE 8888", "RUN go install example.org/tool@latest", "latest"},
		{"ARG UID=1000", "ARG NPM_TOKEN", "secret"},
		{"EXPOSE 8888", "RUN git clone https://me:pass@example.org/x", "credentials"},
		{"EXPOSE 8888", "RUN curl -O https://example.org/x", "sha256sum"},
		{" --constraint scripts/lab-constraints.txt", "", "pip install"},
		{"apt-get update", "true", "apt-get install"},
		{"--chown=vapo:vapo go.mod", "go.mod", "--chown"},
		{"scripts/fetch-xla scripts/", "scripts/fetch-xlb scripts/", "not in the build context"},
		{"go.mod go.sum ./", "go.mod .git ./", "not in the build context"},
		{"docker/entrypoint\"]", "docker/compose.yaml\"]", "no executable"},
		{`["/home/vapo/vapoflow/docker/entrypoint"]`, "docker/entrypoint", "JSON"},
		{"EXPOSE 8888", "ADD . .", "ADD"},
		{"EXPOSE 8888", "WORKDIR", "no arguments"},
	} {
		if !strings.Contains(good, c.old) {
			t.Errorf("the Dockerfile has no %q to break", c.old)
		}
		found := strings.Join(lint(strings.Replace(good, c.old, c.new, 1)), "; ")
		if !strings.Contains(found, c.complaint) {
			t.Errorf("%q for %q: found %q, want %q in it", c.new, c.old, found, c.complaint)
		}
	}
}

func TestBaseHasGoOfModule(t *testing.T) {
	want := "go" + regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(read(t, "../go.mod"))[1]
	have := "go" + regexp.MustCompile(`(?m)^ARG BASE=golang:([0-9.]+)-`).FindStringSubmatch(read(t, "Dockerfile"))[1]
	if version.Compare(have, want) < 0 {
		t.Errorf("the base image has %s, go.mod needs %s", have, want)
	}
}

func TestCUDARequirementsArePinned(t *testing.T) {
	pinned := regexp.MustCompile(`^[a-z0-9-]+==[0-9.]+ --hash=sha256:[0-9a-f]{64}$`)
	lines := patterns("cuda-requirements.txt")
	for _, line := range lines {
		if !pinned.MatchString(line) {
			t.Errorf("%q: want NAME==VERSION --hash=sha256:…", line)
		}
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "jax-cuda13-pjrt==") {
		t.Error("no jax-cuda13-pjrt, which is the plugin")
	}
}

func TestEntryPointHelps(t *testing.T) {
	out, err := exec.Command("sh", "entrypoint").CombinedOutput()
	if err != nil {
		t.Fatal(err, string(out))
	}
	for _, name := range []string{"lab", "run", "test"} {
		if !regexp.MustCompile(`(?m)^` + name + ` `).Match(out) {
			t.Errorf("no line on %s in %q", name, out)
		}
	}
}
