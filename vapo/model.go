package vapo

import "vapoflow/vapo/flow"

// Model is a flow with the configuration of its training. Fill in the flow's fields except Store, then [Train] it, or [Load] one that
// was saved.
type Model struct {
	flow.Flow

	Config Config // where the model came from one, else zero
	Dir    string // folder of its weights, where it has one
	Loaded bool   // true where TrainOrLoad found it trained

	saved saved
}
