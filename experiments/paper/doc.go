// Package paper holds the elements of the paper (arXiv:2407.15238): its figures and tables, each at
// the presets smoke, quick, cpu and paper and by the recipes best and paper.
//
// An element is data and drawing, kept apart ([element]): the first trains or loads a model through [vapo.TrainOrLoad] and leaves
// arrays and numbers in a record ([record.Run]); the second draws from that record alone, so that [Redraw] needs no training.
// [Run] does both.
//
// A new element is one file and one line in element.go.
package paper
