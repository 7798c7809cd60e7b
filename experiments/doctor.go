package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"vapoflow/experiments/console"
	"vapoflow/experiments/record"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
)

func (a *app) doctorCommand() *cobra.Command {
	var root string
	cmd := &cobra.Command{
		Use:     "doctor",
		Short:   "Say what works here, what is missing and how to get it",
		Example: "  experiments doctor",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			dir, err := dataRoot(root)
			if err != nil {
				a.Say("missing  %-12s %s", "data", console.OneLine(err))
			}
			for _, f := range examine(dir) {
				mark := "ok     "
				if f.missing {
					mark = "missing"
				}
				a.Say("%s  %-12s %s", mark, f.name, f.text)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&root, "data", "", "folder that holds the data sets (default $VAPO_DATA, else ./data)")
	return cmd
}

// finding is one line of the doctor's report.
type finding struct {
	name, text string
	missing    bool
}

func examine(root string) []finding {
	machine, program := record.Machine(), record.Program()
	findings := []finding{{name: "machine", text: fmt.Sprintf("%s/%s, %s, %d cores, %.1f GB, %s", machine.OS, machine.Arch, machine.CPU, machine.Cores, float64(machine.Memory)/1e9, program.Go)}}
	if choice, err := backend.New(""); err != nil {
		findings = append(findings, finding{"backend", console.OneLine(err), true})
	} else {
		findings = append(findings, finding{"backend", strings.TrimPrefix(choice.Line, "backend "), false})
	}
	findings = append(findings, examineXLA())
	if program.SIMD {
		findings = append(findings, finding{"simd", "built with GOEXPERIMENT=simd", false})
	} else {
		findings = append(findings, finding{"simd", "built without simd: 3–4× slower on pure Go; `export GOEXPERIMENT=simd` before go run, as make does", true})
	}
	findings = append(findings,
		examineTool("C compiler", "XLA needs one to build; pure Go does not: install gcc or clang", "cc", "gcc", "clang"),
		examineTool("gonb", "the kernel of notebooks: `make tools` installs it in .bin", "gonb"),
		examineTool("goimports", "notebooks need it: `make tools` installs it in .bin", "goimports"),
		examineTool("python3", "only `make xla` and Jupyter need it", "python3"),
		examineTool("git", "records then lack the commit they were made from", "git"))
	for _, name := range dataset.List.Names() {
		set, err := openSet(name, root)
		switch {
		case err != nil:
			if missing := (finding{"data", console.OneLine(err), true}); !slices.Contains(findings, missing) { // sets made of one set lack the same
				findings = append(findings, missing)
			}
		case set.Info().SHA256 != "": // read from files: formulas are always there
			findings = append(findings, finding{"data", describe(set.Info()), false})
		}
	}
	return findings
}

func examineXLA() finding {
	choice, err := backend.New("xla")
	if err != nil {
		return finding{"xla", console.OneLine(err), true}
	}
	return finding{"xla", choice.Detail, false}
}

// examineTool looks for the first of some programs in .bin, where make puts tools, and on the PATH.
func examineTool(name, advice string, programs ...string) finding {
	for _, program := range programs {
		local := filepath.Join(".bin", program)
		if stat, err := os.Stat(local); err == nil && !stat.IsDir() {
			return finding{name, local, false}
		}
		if path, err := exec.LookPath(program); err == nil {
			return finding{name, path, false}
		}
	}
	return finding{name, fmt.Sprintf("no %s found: %s", strings.Join(programs, ", "), advice), true}
}
