// Package backend picks what computes: XLA on CUDA, XLA on CPU or pure Go, and says in one line which it took and why.
//
//	choice, err := backend.New("")      // VAPO_BACKEND, else "auto"
//	fmt.Println(choice.Line)            // backend xla:cpu: 4 devices, /…/xla_cpu_pjrt.so; no NVIDIA GPU
//	exec, err := model.NewExec(choice.Backend, …)
//
// The names that [New] takes:
//
//	auto               the first that works of xla:cuda (only with an NVIDIA GPU), xla:cpu, go
//	go                 pure Go: every platform, no C compiler, compiles a graph in milliseconds
//	xla                the first that works of xla:cuda, xla:cpu; an error when neither does
//	xla:cpu, xla:cuda  the first plugin of that kind found in [SearchPath]
//	xla:/path/x.so     that PJRT plugin
//
// XLA may show several devices; [Over] shares work among them, for a choice as choice.Over(4).
//
// XLA is reached through PJRT plugins, shared libraries opened at run time. It needs cgo: builds with CGO_ENABLED=0 or
// the tag noxla hold pure Go alone and say so. A plugin is opened by a child process first, once for each file: one that
// hangs (20 s), crashes or exits is a reason and no more. Nothing is ever downloaded here; `make xla` fetches the CPU plugin.
package backend
