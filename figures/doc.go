// Package figures draws plain Go values as pages fit for print.
//
// One figure is one function of one struct of slices, so anything drawn here
// can be drawn again from the arrays that a run keeps, without training:
//
//   - [Field] is Figure 1: a planar field as arrows over the density it leads
//     to, with particles and their paths, one column per clock value;
//   - [Lines] are curves over a step or over the clock;
//   - [Sheet] is a grid of images at integer zoom.
//
// Each returns a [Figure], which writes itself as PNG, SVG or PDF. The package
// knows nothing of training, tensors or potentials, and it is the only one
// that imports gonum/plot: its canvases, fonts, scales and plotters do the drawing,
// the layout of a page is ours, so that panels share a size and an edge
// whatever their labels are. plot.Align shares out a page of a given height,
// where ours follows from the aspect of its panels, and plot.Legend has one
// entry to a line.
//
// # Text
//
// Every text may hold inline mathematics between dollar signs: "$s = 0.1$"
// sets Latin and lower-case Greek letters in italics, "$10^{-3}$" a superscript
// and "$ρ_{Φ}$" a subscript. A combining macron draws a bar over its letter, as in ρ̄. A
// dollar sign without a partner is printed as it is.
//
// # Sizes
//
// Lengths in the structs are centimetres in print. Type is 7 to 8 points at
// that size, and a PNG has 300 dots per inch unless [Figure.DPI] says
// otherwise.
package figures
