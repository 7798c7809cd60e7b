// Package desk is what the notebooks share: it trains once and watches, shows figures and tables, and keeps costly values.
//
//	c := vapo.DefaultConfig()
//	model := desk.Must(desk.Train(desk.Context(), c, nil)) // trains with a live view, or "loaded, trained 12 min ago"
//	plane := desk.Must(desk.Cached("plane", c, func() (*measure.Plane, error) { return measure.NewPlane(…) }))
//	desk.Show(desk.Must(plane.Draw("Ring of eight Gaussians")))
//
// Plots take tensors, solutions, data sets and slices as they are: [Scatter], [Plot], [Hist], [Images], [Curves] of trainings,
// [Field] of a model; [Slide] moves a figure. [Fit] trains a model composed by hand, [Sweep] many of a configuration, [Excess]
// measures one, [NewElement] is a figure of the paper.
//
// A Go notebook runs its whole program again for each cell, so a value lives no longer than its cell. What is costly is kept in
// files: models in results/models, where the command line finds them too, and all else by [Cached] in results/notebooks/kept.
//
// Outside a notebook, in a test for example, everything shown becomes plain lines on standard output. Where VAPO_HEADLESS is set,
// as the headless runner does, a training tells its end and little more.
package desk
