// Command headless executes Go notebooks without Jupyter, Python or a browser, and says which cell of which notebook failed.
//
//	go run ./notebooks/headless [flags] notebook.ipynb ...
//
// Each notebook gets a kernel process of its own, started from notebooks/kernel/kernels/vapo/kernel.json (the kernel that Jupyter
// uses too) in the notebook's folder, and spoken to in the Jupyter protocol. Its code cells run in order until one fails. The
// executed copy, with the outputs up to there, is written as nbformat 4.5 to results/notebooks, to --out DIR, or with --inplace
// over the notebook itself if it passed. The kernel and everything it started end with the run, whatever happens to either.
//
// A cell fails when it does not compile, panics, exits with a status other than 0, has a failing shell command (!cmd, %%bash) or an
// unknown magic (%magic), runs longer than --timeout, writes more than 8 MB, or loses its kernel. With --check it also fails when it
// shows nothing although it is tagged expect-output or was stored with outputs. A cell that displays something should end with
// gonbui.Sync(), or the last display may be lost.
//
// Parameters work as in papermill: --set preset=quick adds a cell `var preset = "quick"` behind the cell tagged "parameters",
// which must declare that variable. GoNB replaces the first declaration by the second, and all that depends on it follows.
//
// The kernel finds VAPO_HEADLESS=1 in its environment, so that notebooks/desk prints lines instead of drawing live. --times prints the
// seconds of each cell, as --junit FILE does for continuous integration; --jobs N runs N notebooks at a time.
//
// The exit status is 0 when all notebooks passed, 1 when one failed, 2 for wrong usage (go run itself turns 2 into 1).
package main
