// Package browser holds tests that see what a person sees: notebooks in JupyterLab, as make lab starts it, and results/index.html, both
// in headless Chromium. They are a module of their own, so that the driver of Chromium is no dependency of the library.
//
//	make browser-test
//
// Chromium is the program named by $CHROMIUM, else the first of chromium, chromium-browser and google-chrome on PATH; without one
// the tests are skipped. Screenshots go to results/browser.
package browser
