package baseline

import "gonum.org/v1/gonum/stat"

// Table is what [Compare] measured.
type Table struct {
	Outcomes []Outcome `json:"outcomes"` // of each run, in the order of methods, learning rates and seeds
	Floor    Spread    `json:"floor"`    // energy distance of data to other data: what a perfect sampler would show
}

// Outcome is one training and what came of it.
type Outcome struct {
	Method       string  `json:"method"`
	LearningRate float64 `json:"learning_rate"`
	Seed         int64   `json:"seed"`
	Diverged     string  `json:"diverged,omitempty"` // how it diverged; "" where it did not
	Distance     float64 `json:"distance"`           // energy distance of samples to fresh data; 0 where it diverged
	HasExcess    bool    `json:"has_excess"`         // an exact field exists, and the run did not diverge
	Excess       float64 `json:"excess"`             // relative, see mixture.Report
	Seconds      float64 `json:"seconds"`            // of the training's steps, the first left out

	CompileSeconds float64 `json:"compile_seconds"` // to the end of the first step
}

// Spread sums up values over seeds.
type Spread struct {
	N    int     `json:"n"`
	Mean float64 `json:"mean"` // 0 where N is 0
	SD   float64 `json:"sd"`   // sample standard deviation; 0 where N < 3, too few to tell
}

// Row is a method at a learning rate, over its seeds. The spreads leave diverged runs out, but for Seconds and Compile.
type Row struct {
	Method       string  `json:"method"`
	LearningRate float64 `json:"learning_rate"`
	Runs         int     `json:"runs"`
	Diverged     int     `json:"diverged"`
	Distance     Spread  `json:"distance"`
	Excess       Spread  `json:"excess"` // N = 0 where the method has no exact field
	Seconds      Spread  `json:"seconds"`
	Compile      Spread  `json:"compile"` // seconds
}

// Rows groups the outcomes, in their order.
func (t Table) Rows() []Row {
	var rows []Row
	for start := 0; start < len(t.Outcomes); {
		end := start
		for end < len(t.Outcomes) && sameRow(t.Outcomes[start], t.Outcomes[end]) {
			end++
		}
		rows = append(rows, newRow(t.Outcomes[start:end]))
		start = end
	}
	return rows
}

func sameRow(a, b Outcome) bool { return a.Method == b.Method && a.LearningRate == b.LearningRate }

func newRow(runs []Outcome) Row {
	row := Row{Method: runs[0].Method, LearningRate: runs[0].LearningRate, Runs: len(runs)}
	var distance, excess, seconds, compile []float64
	for _, o := range runs {
		seconds, compile = append(seconds, o.Seconds), append(compile, o.CompileSeconds)
		if o.Diverged != "" {
			row.Diverged++
			continue
		}
		distance = append(distance, o.Distance)
		if o.HasExcess {
			excess = append(excess, o.Excess)
		}
	}
	row.Distance, row.Excess, row.Seconds, row.Compile = spread(distance), spread(excess), spread(seconds), spread(compile)
	return row
}

func spread(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	s := Spread{N: len(values)}
	if s.Mean = stat.Mean(values, nil); s.N >= 3 {
		s.SD = stat.StdDev(values, nil)
	}
	return s
}
