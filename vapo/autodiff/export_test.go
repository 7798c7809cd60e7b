package autodiff

import "github.com/gomlx/gomlx/core/graph"

// Missing is the table of VJPs that we add.
var Missing = missing

// DefinedByGoMLX notes, before anything is registered, which of them GoMLX has.
var DefinedByGoMLX = func() map[graph.NodeType]bool {
	has := map[graph.NodeType]bool{}
	for op := range missing {
		_, has[op] = graph.VJPRegistration[op]
	}
	return has
}()
