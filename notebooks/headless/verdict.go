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
	panicMessage = regexp.MustCompile(`(?m)^((?:panic|fatal error|error): .*)$`) // the last is desk.Check's
	panicPlace   = regexp.MustCompile(`\bmain\.go:(\d+)`)
	compilePlace = regexp.MustCompile(`^Cell\[(\d+)\]: Line (\d+)\n`)
	outside      = regexp.MustCompile(`expected declaration, found|non-declaration statement outside function body`)
	shellMagic   = regexp.MustCompile(`^%%(bash|sh|script)\b`)
)

// judge finds what, if anything, went wrong in a cell: err is why the wait for it ended early, answer the kernel's reply. GoNB calls
// a cell with an unknown magic or a failing shell command a success, so these are recognised by what it wrote, first of all because
// they come before the Go code of the cell.
//
// MainGo returns the program that GoNB made of the cell.
func judge(number int, source string, answer reply, err error, shown *collector, timeout time.Duration, mainGo func() string) *failure {
	fail := func(line int, format string, args ...any) *failure {
		return &failure{number, line, fmt.Sprintf(format, args...)}
	}
	for _, text := range shown.stderr {
		if magic := unknownMagic.FindStringSubmatch(text); magic != nil {
			return fail(lineOf(source, magic[1]), "unknown magic %s", magic[1])
		}
	}
	if errors.Is(err, context.Canceled) { // what the cell ran was killed for it, and may say so as a command that failed would
		return fail(0, "interrupted")
	}
	if command, line, why := failedShell(source, answer, shown.stderr); command != "" {
		return fail(line, "%s failed: %s", command, why)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fail(0, "still running after %v (--timeout)", timeout)
	case err != nil:
		return fail(0, "%v", err)
	case answer.Status == "ok":
		return nil
	}
	if exitMessage.MatchString(answer.Value + "\n") {
		return exitFailure(number, source, answer.Value, strings.Join(shown.stderr, ""), mainGo)
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
func exitFailure(number int, source, status, stderr string, mainGo func() string) *failure {
	f := &failure{cell: number, text: "the program ended with " + status}
	if thrown := panicMessage.FindString(stderr); thrown != "" {
		f.text, f.line = thrown, panicLine(source, stderr, mainGo())
		return f
	}
	said := strings.TrimSuffix(strings.TrimRight(stderr, "\n"), status)
	if last := lastLine(said); last != "" {
		f.text += ": " + last
	}
	return f
}

// compileFailure explains code that did not compile, or a magic that was misused, by the first of the kernel's messages. An
// error in code of an earlier cell is named with that cell.
func compileFailure(number int, answer reply) *failure {
	f := &failure{cell: number, text: strings.TrimPrefix(firstLine(answer.Value), "executing special commands in cell: ")}
	for _, entry := range answer.Traceback {
		place := compilePlace.FindStringSubmatch(entry)
		if place == nil {
			continue
		}
		f.text = lastLine(entry)
		if place[1] == strconv.Itoa(number) {
			f.line, _ = strconv.Atoi(place[2])
		} else {
			f.text += fmt.Sprintf(" (in cell %s, line %s)", place[1], place[2])
		}
		break
	}
	if outside.MatchString(f.text) {
		f.text += "; statements belong below a line %% of their own"
	}
	return f
}

// panicLine is the line of the cell (from 1) where a panic passed through it, or 0. The stack names lines of the program that GoNB made
// of the cell, and GoNB's own translation of them is lost when the stack arrives in pieces: so the line is looked up by its text.
func panicLine(source, stderr, program string) int {
	made, cell := strings.Split(program, "\n"), strings.Split(source, "\n")
	for _, place := range panicPlace.FindAllStringSubmatch(stderr, -1) {
		at, _ := strconv.Atoi(place[1])
		if at < 1 || at > len(made) {
			continue
		}
		line, best := 0, 0
		for i := range cell {
			if same := agreement(made[:at], cell[:i+1]); same > best {
				line, best = i+1, same
			}
		}
		if line > 0 {
			return line
		}
	}
	return 0
}

// agreement counts the equal lines at the end of a and b, which tells equal lines in different places apart.
func agreement(a, b []string) int {
	n := 0
	for n < min(len(a), len(b)) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
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

// lastLine is the last line of text that is not blank.
func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
}
