package bench

import (
	"fmt"
	"math"
	"slices"

	"vapoflow/experiments/record"
)

// toleranceTable shows evaluations and errors of adaptive methods at each tolerance.
func toleranceTable(curves []workCurve, from, to int) record.Table {
	t := record.Table{
		Caption: "Evaluations of the field and largest error at s = 1 on the exact field of ring8 (straight homotopy, 512 points, float64), at rtol = atol.",
		Header:  []string{"package", "method"},
	}
	for e := from; e <= to; e++ {
		t.Header = append(t.Header, fmt.Sprintf("1e-%d", e))
	}
	for _, c := range curves {
		row := []string{c.Package, c.Method}
		for e := from; e <= to; e++ {
			i := slices.IndexFunc(c.Points, func(p workPoint) bool { return math.Abs(math.Log10(p.Tolerance)+float64(e)) < 0.01 })
			if i < 0 {
				row = append(row, "–")
				continue
			}
			row = append(row, c.Points[i].text())
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (p workPoint) text() string { return fmt.Sprintf("%d: %.1e", p.NFE, p.Error) }

// fixedTable shows the errors of methods with equal steps.
func fixedTable(curves []workCurve, budgets []int) record.Table {
	t := record.Table{Caption: "The same with equal steps, at about equal evaluations.", Header: []string{"package", "method"}}
	for _, n := range budgets {
		t.Header = append(t.Header, fmt.Sprint(n))
	}
	for _, c := range curves {
		row := []string{c.Package, c.Method}
		for _, p := range c.Points {
			row = append(row, p.text())
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// rivalTable compares our methods with the peers' of the same kind, and puts the worst ratio on record.
func rivalTable(run *record.Run, ours, peers []workCurve) record.Table {
	t := record.Table{
		Caption: "Our error over the peer's at the same number of evaluations, read off its curve log-log: 1 and below is on or under it, – where the curve does not reach.",
		Header:  []string{"ours", "peer"},
	}
	for _, p := range ours[0].Points {
		t.Header = append(t.Header, fmt.Sprintf("%.0e", p.Tolerance))
	}
	for _, c := range ours {
		for _, rival := range rivals[c.Method] {
			i := slices.IndexFunc(peers, func(p workCurve) bool { return p.name() == rival })
			if i < 0 {
				continue
			}
			row, worst := []string{c.Method, rival}, 0.0
			for _, p := range c.Points {
				ratio := p.Error / peers[i].at(p.NFE)
				if math.IsNaN(ratio) {
					row = append(row, "–")
					continue
				}
				worst = math.Max(worst, ratio)
				row = append(row, fmt.Sprintf("%.2g", ratio))
			}
			run.Results[c.Method+" over "+rival+", worst"] = worst
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}
