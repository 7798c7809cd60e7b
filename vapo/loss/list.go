package loss

import "vapoflow/vapo/named"

// List is the losses that can be named: a new one is one line here.
var List = named.New("loss", named.Entries[Loss]{
	{"alignment", "by parts: flow matching with a conservative field", Alignment{}},
	{"averaged", "alignment with targets averaged over the batch: less noise, for points", Averaged{}},
	{"variance-reduced", "the paper's mean with antithetic noise and a control variate", VarianceReduced{}},
	{"covariance", "the paper's estimator; its noise hides the signal", Covariance{}},
})
