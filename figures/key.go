package figures

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// keyEntry explains one mark: sample draws it centred on c, whose rectangle is
// sampleWidth wide and keyHeight high.
type keyEntry struct {
	name   string
	sample func(c draw.Canvas)
}

var (
	keyHeight   = 1.35 * labelSize
	sampleWidth = vg.Points(16)
)

const keyGap = 14 // points between two entries

func (e keyEntry) width() vg.Length {
	return sampleWidth + vg.Points(3.5) + textWidth(labelSize, e.name)
}

func keyWidth(entries []keyEntry) (width vg.Length) {
	for i, e := range entries {
		if i > 0 {
			width += vg.Points(keyGap)
		}
		width += e.width()
	}
	return width
}

// breakKey spreads the entries over as few lines as fit the width.
func breakKey(entries []keyEntry, width vg.Length) (lines [][]keyEntry) {
	for _, e := range entries {
		last := len(lines) - 1
		if last >= 0 && keyWidth(lines[last])+vg.Points(keyGap)+e.width() <= width {
			lines[last] = append(lines[last], e)
			continue
		}
		lines = append(lines, []keyEntry{e})
	}
	return lines
}

// drawKey draws one line of the key, centred at p.
func drawKey(c draw.Canvas, entries []keyEntry, p vg.Point) {
	x := p.X - keyWidth(entries)/2
	for _, e := range entries {
		e.sample(sub(c, x, p.Y-keyHeight/2, sampleWidth, keyHeight))
		drawText(c, textStyle{size: labelSize, color: ink, v: 0.5},
			vg.Point{X: x + sampleWidth + vg.Points(3.5), Y: p.Y}, e.name)
		x += e.width() + vg.Points(keyGap)
	}
}
