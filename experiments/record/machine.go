package record

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"vapoflow/internal/budget"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
)

// Versions are those of the program and what it is built from.
type Versions struct {
	Vapoflow string `json:"vapoflow"`
	Go       string `json:"go"`
	GoMLX    string `json:"gomlx"`
	GoXLA    string `json:"go_xla,omitempty"`   // absent in builds without XLA
	SIMD     bool   `json:"simd"`               // built with GOEXPERIMENT=simd
	Commit   string `json:"commit"`             // of git; "" where there is no repository
	Dirty    bool   `json:"dirty"`              // tracked files differ from that commit
	Training int    `json:"training,omitempty"` // vapo.TrainingVersion; older records have none
}

// Hardware is the machine.
type Hardware struct {
	OS     string `json:"os"`
	Arch   string `json:"arch"`
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Memory int64  `json:"memory_bytes,omitempty"`
	GPU    string `json:"gpu,omitempty"` // NVIDIA's, by name
}

// PeakMemory is the most that this process has held so far, in bytes; 0 where the system does not say.
func PeakMemory() int64 {
	text, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kB, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kB * 1024
		}
	}
	return 0
}

// modulePath tells this module's repository from another that happens to be the working directory.
const modulePath = "vapoflow"

// Program describes this program.
var Program = sync.OnceValue(func() Versions {
	v := Versions{Go: runtime.Version(), SIMD: backend.SIMD, Training: vapo.TrainingVersion}
	if info, ok := debug.ReadBuildInfo(); ok {
		v.Vapoflow = info.Main.Version
		for _, dep := range info.Deps {
			switch dep.Path {
			case "github.com/gomlx/gomlx":
				v.GoMLX = dep.Version
			case "github.com/gomlx/go-xla":
				v.GoXLA = dep.Version
			}
		}
		for _, setting := range info.Settings {
			switch setting.Key {
			case "vcs.revision":
				v.Commit = setting.Value
			case "vcs.modified":
				v.Dirty = setting.Value == "true"
			}
		}
	}
	if v.Commit == "" { // as with go run, which stamps nothing
		v.Commit, v.Dirty = gitState()
	}
	return v
})

// gitState asks git about the working directory, where that lies in this module's repository.
func gitState() (commit string, dirty bool) {
	git := func(args ...string) string {
		out, err := exec.Command("git", args...).Output()
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(out))
	}
	root := git("rev-parse", "--show-toplevel")
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if root == "" || err != nil || !strings.HasPrefix(string(text), "module "+modulePath+"\n") {
		return "", false
	}
	return git("rev-parse", "HEAD"), git("status", "--porcelain", "--untracked-files=no") != ""
}

// Machine describes this machine.
var Machine = sync.OnceValue(func() Hardware {
	h := Hardware{OS: runtime.GOOS, Memory: int64(budget.Physical()), Arch: runtime.GOARCH, Cores: runtime.NumCPU(),
		CPU: runtime.GOARCH}
	switch runtime.GOOS {
	case "linux":
		if name := field("/proc/cpuinfo", "model name"); name != "" {
			h.CPU = name
		}
	case "darwin":
		if out, err := exec.Command("sysctl", "-n", "machdep.cpu.brand_string").Output(); err == nil {
			h.CPU = strings.TrimSpace(string(out))
		}
	}
	if out, err := exec.Command("nvidia-smi", "--query-gpu=name", "--format=csv,noheader").Output(); err == nil {
		h.GPU = strings.Join(strings.Split(strings.TrimSpace(string(out)), "\n"), ", ")
	}
	return h
})

// field reads the first "name: value" line of a file.
func field(path, name string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		key, value, found := strings.Cut(line, ":")
		if found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
