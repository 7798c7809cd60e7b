package figures

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// page lays out a grid of panels with frames of one size:
//
//	         title
//	         key
//	row  ┌──────┐ ┌──────┐  ┐
//	name │      │ │      │  │ bar
//	     └──────┘ └──────┘  ┘
//	         caption
//
// Its width is given; its height follows from the aspect of the frames.
type page struct {
	width   vg.Length
	aspect  float64    // height of a frame over its width
	panels  [][]*panel // rows of equal length
	rows    []string   // names, drawn upwards at the left; nil: none
	title   string
	key     []keyEntry
	bar     *colourBar // nil: none
	caption string     // wrapped to the width
}

const margin = 3 // points round the page

// frames are the rectangles that a page's layout finds.
type frames struct {
	height       vg.Length // of the page
	size         vg.Point  // of every frame
	x, y         []vg.Length
	centre       vg.Length // of the frames, across
	titleY, keyY vg.Length // base line; top of the key
	captionY     vg.Length // top of the caption
	keyLines     [][]keyEntry
	captionLines []string
	rowX         vg.Length // left edge of the row names
	barX         vg.Length
}

// layout measures from the left and then from the bottom up.
func (pg *page) layout() frames {
	var f frames
	pg.across(&f)
	pg.upwards(&f)
	return f
}

// across gives the margins to the columns and shares the rest among them.
func (pg *page) across(f *frames) {
	columns := len(pg.panels[0])
	edge := vg.Points(margin)
	x := edge
	f.rowX = x
	if pg.rows != nil {
		x += titleSize*(capHeight+descent) + vg.Points(3)
	}
	for j := range columns {
		if j > 0 {
			x += vg.Points(5)
		}
		left, right := vg.Length(0), vg.Length(0)
		for _, row := range pg.panels {
			left, right = max(left, row[j].left()), max(right, row[j].right())
		}
		f.x = append(f.x, x+left)
		x += left + right
	}
	f.barX = pg.width - edge
	if pg.bar != nil {
		f.barX -= pg.bar.width()
	}
	f.size.X = (f.barX - x) / vg.Length(columns)
	f.size.Y = f.size.X * vg.Length(pg.aspect)
	for j := range columns { // make room for the frames to the left
		f.x[j] += vg.Length(j) * f.size.X
	}
	f.centre = (f.x[0] + f.x[columns-1] + f.size.X) / 2
}

// upwards stacks caption, rows, key and title.
func (pg *page) upwards(f *frames) {
	edge := vg.Points(margin)
	y := edge
	f.captionLines = wrap(labelSize, pg.width-2*edge, pg.caption)
	if n := len(f.captionLines); n > 0 {
		f.captionY = y + vg.Length(n)*labelSize*lineHeight
		y = f.captionY + vg.Points(6)
	}
	f.y = make([]vg.Length, len(pg.panels))
	for i := len(pg.panels) - 1; i >= 0; i-- {
		bottom, top := vg.Length(0), vg.Length(0)
		for _, p := range pg.panels[i] {
			bottom, top = max(bottom, p.bottom()), max(top, p.top())
		}
		f.y[i] = y + bottom
		y = f.y[i] + f.size.Y + top
		if i > 0 {
			y += vg.Points(4)
		}
	}
	f.keyLines = breakKey(pg.key, 2*(min(f.centre, pg.width-f.centre)-edge))
	if n := len(f.keyLines); n > 0 {
		y += vg.Points(5) + vg.Length(n)*keyHeight
		f.keyY = y
	}
	if pg.title != "" {
		y += vg.Points(5)
		f.titleY = y + titleSize*descent
		y += titleSize * (capHeight + descent)
	}
	f.height = y + edge
}

// figure finishes the page. It fails when the labels leave no room for frames
// of a millimetre.
func (pg *page) figure() (*Figure, error) {
	f := pg.layout()
	if f.size.X < vg.Millimeter {
		return nil, fmt.Errorf("figures: a page of %.3g cm has no room for %d columns: give it a larger Width",
			float64(pg.width/vg.Centimeter), len(f.x))
	}
	return &Figure{DPI: printDPI, width: pg.width, height: f.height,
		paint: func(c draw.Canvas) { pg.paint(c, f) }}, nil
}

func (pg *page) paint(c draw.Canvas, f frames) {
	c.SetColor(white)
	c.Fill(c.Rectangle.Path())
	for i, row := range pg.panels {
		for j, p := range row {
			p.draw(sub(c, f.x[j], f.y[i], f.size.X, f.size.Y))
		}
		if pg.rows != nil {
			drawText(c, textStyle{size: titleSize, color: ink, h: 0.5, v: 1, rotation: math.Pi / 2},
				vg.Point{X: f.rowX, Y: f.y[i] + f.size.Y/2}, pg.rows[i])
		}
	}
	last := len(pg.panels) - 1
	if pg.bar != nil {
		pg.bar.draw(sub(c, f.barX, f.y[last], pg.bar.width(), f.y[0]+f.size.Y-f.y[last]))
	}
	drawText(c, textStyle{size: titleSize, color: ink, h: 0.5},
		vg.Point{X: f.centre, Y: f.titleY}, pg.title)
	for i, line := range f.keyLines {
		centre := max(f.centre, vg.Points(margin)+keyWidth(line)/2) // a long entry on a narrow page
		drawKey(c, line, vg.Point{X: centre, Y: f.keyY - (vg.Length(i)+0.5)*keyHeight})
	}
	for i, line := range f.captionLines {
		drawText(c, textStyle{size: labelSize, color: ink, h: 0.5, v: 1},
			vg.Point{X: pg.width / 2, Y: f.captionY - vg.Length(i)*labelSize*lineHeight}, line)
	}
}

// sub is the part of c with the given lower left corner and size.
func sub(c draw.Canvas, x, y, width, height vg.Length) draw.Canvas {
	c.Rectangle = vg.Rectangle{Min: vg.Point{X: x, Y: y}, Max: vg.Point{X: x + width, Y: y + height}}
	return c
}
