package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"vapoflow/vapo/backend"
)

// plugins puts each hostile plugin of vapo/backend/testdata where plugins are looked for, and asks for a backend.
func plugins(ctx context.Context, dir string, _ int, tell func(int)) (o outcome) {
	cc, err := exec.LookPath("cc")
	sources, _ := filepath.Glob("vapo/backend/testdata/*.c")
	switch {
	case err != nil:
		o.skipped = "no C compiler"
	case len(sources) == 0:
		o.skipped = "not run in the repository's root"
	}
	if o.skipped != "" {
		return o
	}
	os.Setenv("PJRT_PLUGIN_LIBRARY_PATH", dir)
	os.Setenv("VAPO_CACHE", dir)
	plugin := filepath.Join(dir, "pjrt_c_api_cpu_plugin.so")
	var reasons []string
	for _, source := range sources {
		if out, err := exec.CommandContext(ctx, cc, "-shared", "-fPIC", "-o", plugin, source).CombinedOutput(); err != nil {
			o.fail("%s: %v: %s", source, err, out)
			continue
		}
		o.count++
		choice, err := backend.New("auto")
		if err != nil || choice.Name != "go" || !strings.Contains(choice.Line, plugin) {
			o.fail("%s: %v, %v", source, choice, err)
			continue
		}
		_, reason, _ := strings.Cut(choice.Detail, "does not open: ")
		reason, _, _ = strings.Cut(reason, ";")
		reasons = append(reasons, strings.TrimSuffix(filepath.Base(source), ".c")+": "+strings.ReplaceAll(reason, plugin, "the plugin"))
		os.Remove(plugin)
		tell(o.count)
	}
	o.seen = strings.Join(reasons, "; ")
	return o
}
