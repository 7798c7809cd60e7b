package density

import (
	"math"

	"vapoflow/vapo/named"
)

// List is the scores by name, which tables and benches of out-of-distribution detection take from here: a new one is one line.
var List = named.New("score", named.Entries[Score]{
	{"energy", "−Φ(x, s), the paper's", Score{Of: func(r Row) float64 { return -r.Phi }}},
	{"score norm", "‖∇log ρ̄(x; s)‖ from ∇Φ", Score{Of: func(r Row) float64 { return math.Sqrt(squaredNorm(r.Score)) }}},
	{"log-density by inversion", "−log ρ̄(x; s) from Φ", Score{Of: func(r Row) float64 { return -r.LogDensity }}},
	{"typicality by inversion", "|log ρ̄ + entropy| from Φ", Score{Of: func(r Row) float64 { return math.Abs(r.LogDensity + r.Entropy) }}},
	{"log-density by the flow", "−log ρ_Φ(x; s)", Score{Flow: true, Of: func(r Row) float64 { return -r.LogDensityFlow }}},
	{"typicality by the flow", "|log ρ_Φ + entropy|", Score{Flow: true, Of: func(r Row) float64 { return math.Abs(r.LogDensityFlow + r.EntropyFlow) }}},
})

// Score is one number for each input; a larger one speaks against the input.
type Score struct {
	Flow bool              // needs the flow's log-density, an integration for each batch
	Of   func(Row) float64 // of one input
}

// Row is what a [Scorer] knows of one input at its clock s.
type Row struct {
	X, Score                    []float64 // x and ∇log ρ̄(x; s), flat, [d]
	Phi                         float64   // Φ(x, s)
	LogDensity, Entropy         float64   // log ρ̄(x; s) by inversion, and the references' entropy, nats
	LogDensityFlow, EntropyFlow float64   // the same by the flow, for a score that says Flow; else NaN
}

// ScoreNames are the names of the scores by the flow, or of the others.
func ScoreNames(flow bool) (names []string) {
	for name, s := range List.All() {
		if s.Flow == flow {
			names = append(names, name)
		}
	}
	return names
}
