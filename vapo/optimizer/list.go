package optimizer

import "vapoflow/vapo/named"

// List is the optimizers that can be named: a new one is one line here.
var List = named.New("optimizer", named.Entries[Optimizer]{
	{"adam", "adaptive moments (Kingma and Ba 2014), GoMLX's", Adam{Epsilon: 1e-7}},
	{"muon", "orthogonalised momentum on matrices and kernels, Adam on the rest (Jordan 2024)", Muon{Ratio: 10, Momentum: 0.9}},
})
