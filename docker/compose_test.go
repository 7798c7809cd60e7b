package docker_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// service has every key that compose.yaml may use: another one, as privileged or network_mode, is an error of decoding.
type service struct {
	Profiles    []string
	Image       string
	Build       struct{ Context, Dockerfile string }
	Init        bool
	Command     []string
	Ports       []string
	Volumes     []string
	CapDrop     []string `yaml:"cap_drop"`
	SecurityOpt []string `yaml:"security_opt"`
	Deploy      map[string]any
}

type compose struct {
	Name     string
	Shared   any `yaml:"x-lab"`
	Services map[string]service
	Volumes  map[string]any
}

func readCompose(t *testing.T, text string) (c compose) {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCompose(t *testing.T) {
	c := readCompose(t, read(t, "compose.yaml"))
	all, err := parse(read(t, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	volumes := []string{"results:" + last(all, "workdir").args[0] + "/results", "${VAPO_DATA:-data}:/data"}
	var profiles []string
	for name, s := range c.Services {
		profiles = append(profiles, s.Profiles...)
		if _, err := os.Stat(filepath.Join(s.Build.Context, s.Build.Dockerfile)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(s.Ports) == 0 {
			t.Errorf("%s publishes no port", name)
		}
		for _, port := range s.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s publishes %s: want 127.0.0.1 only", name, port)
			}
		}
		if !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Equal(s.Command, []string{"lab"}) {
			t.Errorf("%s: cap_drop %v, command %v", name, s.CapDrop, s.Command)
		}
		if !slices.Equal(s.Volumes, volumes) {
			t.Errorf("%s has volumes %q, want %q", name, s.Volumes, volumes)
		}
	}
	if slices.Sort(profiles); !slices.Equal(profiles, []string{"cpu", "cuda"}) {
		t.Errorf("profiles %v", profiles)
	}
	for _, name := range []string{"results", "data"} {
		if _, declared := c.Volumes[name]; !declared {
			t.Errorf("volume %s is not declared", name)
		}
	}
	if data := "VAPO_DATA=/data"; !strings.Contains(read(t, "Dockerfile"), data) || c.Services["lab"].Image != own {
		t.Errorf("the CPU image is %s, and its Dockerfile wants %s", c.Services["lab"].Image, data)
	}
}
