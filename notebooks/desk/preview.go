package desk

import (
	"context"
	"fmt"
	"html"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/janpfeifer/gonb/gonbui"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/solver"
)

// A Preview pictures a training so far, as HTML, from the moving average of its weights. It runs beside the training.
type Preview func(weights *model.Store) (string, error)

// Samples previews a model by samples: points in the plane, or a few images. Pure Go on the host draws them, so that
// the training keeps its device. It is nil for data that neither is.
func Samples(m *vapo.Model) Preview {
	n := 0
	switch {
	case len(m.Shape) == 1 && m.Shape[0] == 2:
		n = 200
	case len(m.Shape) == 3 && m.Shape[2] == 3:
		n = 6
	default:
		return nil
	}
	return func(weights *model.Store) (string, error) {
		at := m.With(m.Potential)
		at.Backend, at.Store = backend.Host(), weights
		sol, err := at.Sample(context.Background(), solver.Fixed{Tableau: solver.Heun, Steps: 10}, 0, 0, n)
		if err != nil {
			return "", err
		}
		defer sol.Finalize()
		values := tensors.MustCopyFlatData[float32](sol.State[0])
		if len(m.Shape) == 1 {
			return scatter(values), nil
		}
		return picture(values, m.Shape)
	}
}

// scatter draws points [n, 2] flattened, over the square [-3, 3]².
func scatter(x []float32) string {
	var dots strings.Builder
	for i := 0; i < len(x); i += 2 {
		fmt.Fprintf(&dots, "M%.2f %.2fh0", x[i], -x[i+1])
	}
	return `<svg width="120" height="120" viewBox="-3 -3 6 6"><rect x="-3" y="-3" width="6" height="6" fill="none" stroke="currentColor" stroke-opacity=".3" stroke-width=".03"/>` +
		`<path d="` + dots.String() + `" stroke="` + ink + `" stroke-width=".12" stroke-linecap="round" fill="none"/></svg>`
}

// picture is a sheet of images as HTML.
func picture(x []float32, shape []int) (string, error) {
	f, err := Sheet(x, shape, 3, "")
	if err != nil {
		return "", err
	}
	source, err := gonbui.EmbedImageAsPNGSrc(f.Image())
	return `<img alt="samples" src="` + html.EscapeString(source) + `">`, err
}
