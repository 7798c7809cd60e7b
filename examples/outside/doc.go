// Package outside extends vapoflow from another module: a homotopy ([Cosine]), a potential ([Wells]), a loss ([Antithetic]) and a
// solver ([Extrapolated]), none of which the library knows. Its tests hold them to the library's own suites and train with them.
package outside
