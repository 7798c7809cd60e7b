package times

import "vapoflow/vapo/named"

// List is the laws that can be named: a new one is one line here.
var List = named.New("times", named.Entries[Law]{
	{"stratified", "one s in each of the batch's equal intervals: the uniform mean at less variance", Stratified{}},
	{"uniform", "each s on its own", Uniform{}},
	{"arcsine", "stratified, more often near both ends and weighted less there: the same mean loss", Arcsine{}},
})
