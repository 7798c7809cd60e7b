// Package record keeps what a run of an experiment leaves behind: one folder, readable without
// this program, from which every figure can be drawn again without training.
//
//	results/runs/fig1-quick-best-seed0/
//	    manifest.json   what was run, on what, with which result, and the sha256 of every other file
//	    metrics.jsonl   one JSON object per line: the training's log
//	    fig1.npz        the arrays behind the figure
//	    fig1.png, .svg, .pdf  the figure
//
// A run works in a folder called NAME.partial, which takes the place of an earlier run of the same
// name only when it is done: a run that fails or is interrupted never destroys a result. It stays
// beside it, with a manifest that says so. Every file is written beside its place and renamed.
package record
