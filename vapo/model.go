package vapo

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/flow"
)

// Model is a flow with the configuration of its training. Fill in the flow's fields except Store, then [Train] it, or [Load] one
// that was saved.
type Model struct {
	flow.Flow

	Config Config // where the model came from one, else zero
	Dir    string // folder of its weights, where it has one
	Loaded bool   // true where TrainOrLoad found it trained

	saved saved
}

// String is a table of the network: its pieces, then each weight with its shape and count, and their sum.
func (m *Model) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%T on %v, examples of shape %v\n", m.Potential, m.Homotopy, m.Shape)
	if m.Store == nil {
		return text.String() + "no weights yet: train or load the model\n"
	}
	weights := slices.SortedFunc(m.Store.IterVariables(), func(a, b *model.Variable) int { return cmp.Compare(a.Path(), b.Path()) })
	sum := 0
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, v := range weights {
		if !v.Trainable {
			continue
		}
		sum += v.Shape().Size()
		fmt.Fprintf(table, "%s\t%v\t%d\n", strings.TrimPrefix(v.Path(), "/"), v.Shape().Dimensions, v.Shape().Size())
	}
	fmt.Fprintf(table, "all\t\t%d\n", sum)
	_ = table.Flush() // a Builder takes everything
	return text.String()
}
