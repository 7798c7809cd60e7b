package docker_test

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// instruction is one of a Dockerfile, with its continued lines joined.
type instruction struct {
	name  string   // in lower case
	flags []string // --chown=vapo:vapo
	args  []string // of RUN in its shell form the whole command
	exec  bool     // written as a JSON list
	line  int
}

func parse(text string) ([]instruction, error) {
	result, err := parser.Parse(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	for _, warning := range result.Warnings {
		return nil, fmt.Errorf("warning: %s", warning.Short)
	}
	var all []instruction
	for _, node := range result.AST.Children {
		in := instruction{name: strings.ToLower(node.Value), flags: node.Flags, exec: node.Attributes["json"], line: node.StartLine}
		for next := node.Next; next != nil; next = next.Next {
			in.args = append(in.args, next.Value)
		}
		if len(in.args) == 0 {
			return nil, fmt.Errorf("line %d: %s has no arguments", in.line, node.Value)
		}
		all = append(all, in)
	}
	return all, nil
}

// last is the last instruction of that name; it is empty where there is none.
func last(all []instruction, name string) (found instruction) {
	for _, in := range all {
		if in.name == name {
			found = in
		}
	}
	return found
}

// rules complain about a Dockerfile; an empty string is no complaint.
var rules = []func([]instruction) string{baseIsPinnedArgument, endsAsUser, entryPointIsThere, each(noLatest), each(noSecret), each(runIsPinned), each(copiesOwnedFiles)}

// lint lists the complaints of all rules.
func lint(text string) (complaints []string) {
	all, err := parse(text)
	if err != nil {
		return []string{err.Error()}
	}
	for _, rule := range rules {
		if complaint := rule(all); complaint != "" {
			complaints = append(complaints, complaint)
		}
	}
	return complaints
}

func each(rule func(instruction) string) func([]instruction) string {
	return func(all []instruction) string {
		for _, in := range all {
			if complaint := rule(in); complaint != "" {
				return fmt.Sprintf("line %d: %s", in.line, complaint)
			}
		}
		return ""
	}
}

// own is the image that compose.yaml builds and the CUDA image starts from.
const own = "vapoflow:cpu"

var pinnedTag = regexp.MustCompile(`^[a-z0-9./_-]+:[0-9]+\.[0-9]+\.[0-9]+(-[a-z0-9]+)*(@sha256:[0-9a-f]{64})?$`)

func baseIsPinnedArgument(all []instruction) string {
	if len(all) < 2 || all[0].name != "arg" || all[1].name != "from" {
		return "want ARG BASE=IMAGE, then FROM ${BASE}"
	}
	name, image, _ := strings.Cut(all[0].args[0], "=")
	if name != "BASE" || all[1].args[0] != "${BASE}" {
		return "the base image is not the argument BASE"
	}
	if image != own && !pinnedTag.MatchString(image) {
		return fmt.Sprintf("base image %s: want a tag with a whole version", image)
	}
	return ""
}

func endsAsUser(all []instruction) string {
	user := last(all, "user").args
	if len(user) == 0 || slices.Contains([]string{"root", "0"}, strings.Split(user[0], ":")[0]) {
		return "the last USER is root, or there is none"
	}
	return ""
}

// entryPointIsThere allows none: the base image's.
func entryPointIsThere(all []instruction) string {
	entry := last(all, "entrypoint")
	if entry.name == "" {
		return ""
	}
	if !entry.exec || !path.IsAbs(entry.args[0]) {
		return "ENTRYPOINT: want a JSON list with an absolute path, so that signals reach it in every folder"
	}
	file, inside := strings.CutPrefix(entry.args[0], strings.Join(last(all, "workdir").args, "")+"/")
	info, err := os.Stat(filepath.Join("..", file))
	if !inside || err != nil || info.Mode()&0o111 == 0 || ignored(file) {
		return fmt.Sprintf("ENTRYPOINT %s: no executable file of the build context", entry.args[0])
	}
	return ""
}

func noLatest(in instruction) string {
	if text := strings.Join(in.args, " "); strings.Contains(text, "latest") {
		return "latest is no version"
	}
	return ""
}

var (
	secretName = regexp.MustCompile(`(?i)(token|password|passwd|secret|credential|api_?key)`)
	userinURL  = regexp.MustCompile(`://[^/\s"']*@`)
)

// noSecret finds those that would stay in the image's history.
func noSecret(in instruction) string {
	if userinURL.MatchString(strings.Join(in.args, " ")) {
		return "an address with credentials"
	}
	if (in.name == "arg" || in.name == "env") && secretName.MatchString(in.args[0]) {
		return fmt.Sprintf("%s looks like a secret", in.args[0])
	}
	return ""
}

// runIsPinned: Debian's packages have the versions of the base image's release, everything else its own.
func runIsPinned(in instruction) string {
	if in.name != "run" {
		return ""
	}
	command := in.args[0]
	has := func(text string) bool { return strings.Contains(command, text) }
	switch {
	case has("apt-get install") && !(has("apt-get update") && has("--no-install-recommends") && has("rm -rf /var/lib/apt/lists")):
		return "apt-get install: want update before, --no-install-recommends, and the lists removed after"
	case has("pip install") && !has("--constraint ") && !has("--require-hashes"):
		return "pip install: want --constraint or --require-hashes"
	case (has("curl ") || has("wget ")) && !has("sha256sum"):
		return "a download without sha256sum"
	case has("sudo "):
		return "sudo"
	}
	return ""
}

func copiesOwnedFiles(in instruction) string {
	if in.name == "add" {
		return "ADD unpacks and downloads: use COPY"
	}
	if in.name != "copy" {
		return ""
	}
	if !slices.ContainsFunc(in.flags, func(flag string) bool { return strings.HasPrefix(flag, "--chown=") }) {
		return "COPY without --chown gives files to root"
	}
	for _, source := range in.args[:len(in.args)-1] {
		if _, err := os.Stat(filepath.Join("..", source)); err != nil || ignored(source) {
			return fmt.Sprintf("COPY %s: not in the build context", source)
		}
	}
	return ""
}
