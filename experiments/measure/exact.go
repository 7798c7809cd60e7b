package measure

import (
	"fmt"

	"vapoflow/internal/numbers"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/mixture"
)

// ExactLimit bounds the points of an exact potential; the sets of 2-D points have as many.
const ExactLimit = 10_000

// Exact is a data set as a mixture, whose exact potential is known: by formula, or as the set of its first [ExactLimit] points.
func Exact(data dataset.Dataset) (mixture.Mixture, error) {
	info := data.Info()
	if g, ok := data.(dataset.GaussianMixture); ok {
		return mixture.New(g.Mixture())
	}
	if info.Len == 0 || len(info.Shape) != 1 {
		return mixture.Mixture{}, fmt.Errorf("the exact potential needs a mixture or a finite set of points, and %s has "+
			"examples of shape %v", info.Name, info.Shape)
	}
	flat, err := dataset.ReadRange(data, 0, min(info.Len, ExactLimit))
	if err != nil {
		return mixture.Mixture{}, err
	}
	size := info.Size()
	points := make([][]float64, len(flat)/size)
	for i := range points {
		points[i] = numbers.Wide(flat[i*size:][:size])
	}
	return mixture.Points(points)
}
