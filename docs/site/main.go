// Command site writes the documentation of the repository as pages that open from disk: what lies in Markdown, the notebooks with their outputs,
// and every package as `go doc` has it. It reads the repository alone, and the pages ask for nothing but one another.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	root := flag.String("root", ".", "folder of the repository")
	out := flag.String("out", "results/docs", "folder of the pages")
	flag.Parse()
	n, err := write(*root, *out)
	if err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
	index, err := filepath.Abs(filepath.Join(*out, "index.html"))
	if err != nil {
		index = *out
	}
	fmt.Printf("%d pages: open file://%s\n", n, filepath.ToSlash(index))
}
