package bench

import (
	"fmt"
	"math"
	"slices"

	"vapoflow/experiments/record"
)

// rivalTable compares evaluations at equal error with the peers' methods of the same kind, and puts the means on record.
func rivalTable(run *record.Run, ours, former, peers []workCurve) record.Table {
	t := record.Table{
		Caption: "Our evaluations over the peer's at equal error, read off both curves log-log: the geometric mean over the errors from 1 down that both reach, with its range. " +
			"Below 1 we need fewer. Backward, the error is of log-densities. Rows called before have the controller that was the default.",
		Header: []string{"ours", "peer"},
	}
	for _, p := range workProblems {
		for _, direction := range directions {
			t.Header = append(t.Header, p.name+", "+direction)
		}
	}
	add := func(curves []workCurve, method, label string) {
		for _, rival := range rivals[method] {
			row := []string{label, rival}
			for _, p := range workProblems {
				for _, direction := range directions {
					at := func(c workCurve) bool { return c.Problem == p.name && c.Direction == direction }
					i := slices.IndexFunc(curves, func(c workCurve) bool { return at(c) && c.Method == method })
					j := slices.IndexFunc(peers, func(c workCurve) bool { return at(c) && c.name() == rival })
					if j < 0 {
						row = append(row, "–")
						continue
					}
					s := curves[i].over(peers[j])
					row = append(row, s.text())
					if !math.IsNaN(s.mean) {
						run.Results[fmt.Sprintf("%s over %s, %s, %s", label, rival, p.name, direction)] = s.mean
					}
				}
			}
			t.Rows = append(t.Rows, row)
		}
	}
	for _, method := range []string{"bosh3", "dopri5", "tsit5", "dopri8"} {
		add(ours, method, method)
	}
	add(former, "dopri5", "dopri5 before")
	return t
}

// toleranceTable shows evaluations and errors of dopri5 at each tolerance.
func toleranceTable(curves []workCurve, from, to int) record.Table {
	t := record.Table{
		Caption: "Evaluations of the field and largest error of Dormand–Prince 5(4) at rtol = atol (128 points, float64).",
		Header:  []string{"problem", "direction", "package"},
	}
	for e := from; e <= to; e++ {
		t.Header = append(t.Header, fmt.Sprintf("1e-%d", e))
	}
	for _, p := range workProblems {
		for _, direction := range directions {
			for _, c := range curves {
				if c.Problem != p.name || c.Direction != direction || c.Method != "dopri5" && !slices.Contains(rivals["dopri5"], c.name()) {
					continue
				}
				row := []string{p.name, direction, c.Package}
				for e := from; e <= to; e++ {
					i := slices.IndexFunc(c.Points, func(p workPoint) bool { return math.Abs(math.Log10(p.Tolerance)+float64(e)) < 0.01 })
					if i < 0 {
						row = append(row, "–")
						continue
					}
					row = append(row, fmt.Sprintf("%d: %.1e", c.Points[i].NFE, c.Points[i].Error))
				}
				t.Rows = append(t.Rows, row)
			}
		}
	}
	return t
}

// controllerTable compares the controllers on the tuning problem with the first.
func controllerTable(run *record.Run, tried []workCurve) record.Table {
	t := record.Table{
		Caption: "Where the default was chosen: on " + tuningProblem.name + ", evaluations at equal error over those with the first controller, as above.",
		Header:  []string{"controller", "dopri5, forward", "dopri5, backward", "dopri8, forward", "dopri8, backward", "mean"},
	}
	for _, with := range controllers {
		row, sum := []string{with.name}, 0.0
		for _, method := range []string{"dopri5", "dopri8"} {
			for _, direction := range directions {
				find := func(name string) workCurve {
					return tried[slices.IndexFunc(tried, func(c workCurve) bool { return c.Package == name && c.Method == method && c.Direction == direction })]
				}
				s := find(with.name).over(find(controllers[0].name))
				row, sum = append(row, s.text()), sum+math.Log(s.mean)
			}
		}
		run.Results[with.name] = math.Exp(sum / 4)
		t.Rows = append(t.Rows, append(row, fmt.Sprintf("%.3f", math.Exp(sum/4))))
	}
	return t
}
