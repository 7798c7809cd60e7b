// Package optimizer has the ways of descending along the gradient of a training's loss.
//
// An [Optimizer] builds the update of one step in the graph of that step. Its state (moments,
// momentum, counters) are variables of the store that are not trainable, so that a checkpoint of
// the store holds all of it and a resumed training goes on bit for bit.
//
// [Adam] is GoMLX's. [Muon] (K. Jordan 2024) replaces, for every matrix and kernel, the momentum by
// the nearest orthogonal matrix: all directions of a layer move at one rate, where Adam's steps
// follow the few with the largest gradients. Image potentials need a fifth of Adam's steps with it.
package optimizer
