package figures

import "math"

// Histogram is the outline of a histogram of density between low and high, for [Lines], in as many bins as the cube root of the
// number of values doubled (Rice's rule). Equal values, of low = high, stand in one bin amid a range of their own.
func Histogram(name string, values []float64, low, high float64) Series {
	if low == high {
		half := max(0.5, math.Abs(low)/1000)
		low, high = low-half, high+half
	}
	bins := int(math.Ceil(2 * math.Cbrt(float64(len(values)))))
	width := (high - low) / float64(bins)
	height := make([]float64, bins)
	for _, v := range values {
		height[min(bins-1, int((v-low)/width))] += 1 / (float64(len(values)) * width)
	}
	outline := Series{Name: name, X: []float64{low}, Y: []float64{0}}
	for i, h := range height {
		left := low + float64(i)*width
		outline.X = append(outline.X, left, left+width)
		outline.Y = append(outline.Y, h, h)
	}
	outline.X, outline.Y = append(outline.X, high), append(outline.Y, 0)
	return outline
}
