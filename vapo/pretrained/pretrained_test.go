package pretrained_test

import (
	"context"
	"fmt"
	"io/fs"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/pretrained"
	"vapoflow/vapo/solver"
)

// What ships is at most 8 MB, has a card that tells what it must, a partner of the same path, and makes a model whose samples are
// images: finite, and of the spread of pixels in [−1, 1].
func TestModelsThatShip(t *testing.T) {
	for _, name := range pretrained.Names() {
		t.Run(name, func(t *testing.T) {
			files, err := pretrained.Files(name)
			if err != nil {
				t.Fatal(err)
			}
			stat, err := fs.Stat(files, "weights.npz")
			if err != nil || stat.Size() > 8<<20 {
				t.Fatalf("weights.npz: %v; at most 8 MB ship", err)
			}
			card, err := fs.ReadFile(files, "card.md")
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []string{"## Data", "sha256", "## Training", "CPU hours", "## Losses", "held-out", "## Distances", "## Licence", "## Known flaws"} {
				if !strings.Contains(string(card), part) {
					t.Errorf("the card does not say %q", part)
				}
			}
			m, err := vapo.LoadFS(backend.Host(), files)
			if err != nil {
				t.Fatal(err)
			}
			files, err = pretrained.Files(name + pretrained.Weak)
			if err != nil {
				t.Fatal(err)
			}
			weak, err := vapo.LoadFS(backend.Host(), files)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := m.Autoguided(&weak.Flow, 0.5); err != nil || weak.Config.Steps >= m.Config.Steps {
				t.Errorf("its partner, of %d steps: %v", weak.Config.Steps, err)
			}
			out, err := m.Sample(context.Background(), solver.Fixed{Tableau: solver.Euler, Steps: 4}, 1, 0, 4)
			if err != nil {
				t.Fatal(err)
			}
			sum, n := 0.0, 0
			for _, v := range tensors.MustCopyFlatData[float32](out.State[0]) {
				sum, n = sum+float64(v)*float64(v), n+1
			}
			if rms := math.Sqrt(sum / float64(n)); !(rms > 0.15 && rms < 0.9) {
				t.Errorf("samples of four Euler steps have a root mean square of %g, images one of about 0.5", rms)
			}
		})
	}
}

func ExampleFiles() {
	fmt.Println(pretrained.Names())
	_, err := pretrained.Files("imagenet")
	fmt.Println(err)
	// Output:
	// [celeba cifar10]
	// pretrained: no model "imagenet" ships; choose one of celeba, cifar10
}
