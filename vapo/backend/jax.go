package backend

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// jaxFolders lists the folders of CUDA plugins that came with JAX's Python package (pip install "jax[cuda12]"), for the python3
// on the PATH: jax_plugins/xla_cuda*/ in its module path. The plugin finds the NVIDIA libraries beside it by its own run path.
func jaxFolders() (folders []string) {
	for _, dir := range pythonPath() {
		found, _ := filepath.Glob(filepath.Join(dir, "jax_plugins", "xla_cuda*"))
		folders = append(folders, found...)
	}
	return folders
}

// pythonPath is where python3 looks for modules; nothing where there is no python3 or it does not answer.
func pythonPath() []string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "python3", "-c", `import sys; print("\n".join(sys.path))`).Output()
	if err != nil {
		return nil
	}
	var dirs []string
	for _, line := range strings.Split(string(out), "\n") {
		if dir := strings.TrimSpace(line); filepath.IsAbs(dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// nameCUDA tells XLA where the compiler's files (libdevice, ptxas) of JAX's package lie, as JAX does itself: without them it
// looks in /usr/local/cuda. What the user's XLA_FLAGS say already stays.
func nameCUDA(plugin string) {
	const flag = "--xla_gpu_cuda_data_dir="
	flags := os.Getenv("XLA_FLAGS")
	if strings.Contains(flags, flag) {
		return
	}
	site := filepath.Join(filepath.Dir(plugin), "..", "..")
	for _, folder := range []string{"nvidia/cuda_nvcc", "nvidia/cu13"} {
		dir := filepath.Join(site, folder)
		if stat, err := os.Stat(dir); err == nil && stat.IsDir() {
			os.Setenv("XLA_FLAGS", strings.TrimSpace(flags+" "+flag+dir))
			return
		}
	}
}
