package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A failure says in one line what went wrong, and where: cell and line count from 1, and are 0 where unknown.
type failure struct {
	cell, line int
	text       string
}

func (f *failure) Error() string {
	switch {
	case f.cell == 0:
		return f.text
	case f.line == 0:
		return fmt.Sprintf("cell %d: %s", f.cell, f.text)
	}
	return fmt.Sprintf("cell %d, line %d: %s", f.cell, f.line, f.text)
}

var (
	unknownMagic = regexp.MustCompile(`^"(%+\S*)" unknown or not implemented`)
	exitMessage  = regexp.MustCompile(`^(\^C\n)?((?:exit status|signal:) [^\n]+)\n$`)
	panicMessage = regexp.MustCompile(`(?m)^((?:panic|fatal error): .*)$`)
	panicPlace   = regexp.MustCompile(`\[\[ Cell \[(\d+)\] Line (\d+) \]\]`)
	compilePlace = regexp.MustCompile(`^Cell\[(\d+)\]: Line (\d+)\n`)
	shellMagic   = regexp.MustCompile(`^%%(bash|sh|script)\b`)
)

// judge finds what, if anything, went wrong in a cell: err is why the wait for it ended early, answer the kernel's reply. GoNB calls
// a cell with an unknown magic or a failing shell command a success, so these are recognised by what it wrote, first of all because
// they come before the Go code of the cell.
func judge(number int, source string, answer reply, err error, shown *collector, timeout time.Duration) *failure {
	fail := func(line int, format string, args ...any) *failure {
		return &failure{number, line, fmt.Sprintf(format, args...)}
	}
	for _, text := range shown.stderr {
		if magic := unknownMagic.FindStringSubmatch(text); magic != nil {
			return fail(lineOf(source, magic[1]), "unknown magic %s", magic[1])
		}
	}
	if command, line, why := failedShell(source, answer, shown.stderr); command != "" {
		return fail(line, "%s failed: %s", command, why)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fail(0, "still running after %v (--timeout)", timeout)
	case errors.Is(err, context.Canceled):
		return fail(0, "interrupted")
	case err != nil:
		return fail(0, "%v", err)
	case answer.Status == "ok":
		return nil
	}
	if exitMessage.MatchString(answer.Value + "\n") {
		return exitFailure(number, answer.Value, strings.Join(shown.stderr, ""))
	}
	return compileFailure(number, answer)
}

// failedShell finds a failed shell command: GoNB writes its exit status as a message of its own, as it does for the program of the
// cell, whose status it also replies.
func failedShell(source string, answer reply, stderr []string) (command string, line int, why string) {
	commands, first := shellCommands(source)
	if len(commands) == 0 {
		return "", 0, ""
	}
	exits, at := 0, 0
	for i, text := range stderr {
		if exitMessage.MatchString(text) {
			if exits++; exits == 1 {
				at = i
			}
		}
	}
	if exits == 0 || exits == 1 && exitMessage.MatchString(answer.Value+"\n") {
		return "", 0, ""
	}
	why = exitMessage.FindStringSubmatch(stderr[at])[2]
	if last := lastLine(strings.Join(stderr[:at], "")); last != "" {
		why += ": " + last
	}
	if len(commands) > 1 {
		return "a shell command (" + strings.Join(commands, ", ") + ")", 0, why
	}
	return commands[0], first, why
}

// shellCommands lists the shell commands of a cell as they are written, with the line of the first.
func shellCommands(source string) (commands []string, first int) {
	if script := shellMagic.FindString(source); script != "" {
		return []string{script}, 0
	}
	for i, line := range strings.Split(source, "\n") {
		if line = strings.TrimPrefix(line, "//gonb:"); len(line) > 1 && line[0] == '!' {
			if commands = append(commands, line); len(commands) == 1 {
				first = i + 1
			}
		}
	}
	return commands, first
}

// lineOf is the line of the cell that starts with a magic, from 1, or 0.
func lineOf(source, magic string) int {
	for i, line := range strings.Split(source, "\n") {
		if strings.HasPrefix(strings.TrimPrefix(line, "//gonb:"), magic) {
			return i + 1
		}
	}
	return 0
}

// exitFailure explains a program that ended with a status: by its panic, or by the last thing it said.
func exitFailure(number int, status, stderr string) *failure {
	f := &failure{cell: number, text: "the program ended with " + status}
	if thrown := panicMessage.FindString(stderr); thrown != "" {
		f.text = thrown
		f.locate(panicPlace.FindAllStringSubmatch(stderr, -1))
		return f
	}
	said := strings.TrimSuffix(strings.TrimRight(stderr, "\n"), status)
	if last := lastLine(said); last != "" {
		f.text += ": " + last
	}
	return f
}

// compileFailure explains code that did not compile, or a magic that was misused, by the first of the kernel's messages.
func compileFailure(number int, answer reply) *failure {
	f := &failure{cell: number, text: strings.TrimPrefix(firstLine(answer.Value), "executing special commands in cell: ")}
	for _, entry := range answer.Traceback {
		if place := compilePlace.FindStringSubmatch(entry); place != nil {
			f.text = lastLine(entry)
			f.locate([][]string{place})
			break
		}
	}
	return f
}

// locate sets the line to the first place (whole match, cell, line) in this cell; failing that, the text names the other cell.
func (f *failure) locate(places [][]string) {
	for _, place := range places {
		if place[1] == strconv.Itoa(f.cell) {
			f.line, _ = strconv.Atoi(place[2])
			return
		}
	}
	if len(places) > 0 {
		f.text += fmt.Sprintf(" (in cell %s, line %s)", places[0][1], places[0][2])
	}
}

// firstLine is the first line that is not blank and not a package heading of the compiler.
func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "# ") {
			return line
		}
	}
	return strings.TrimSpace(text)
}
