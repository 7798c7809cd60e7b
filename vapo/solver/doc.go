// Package solver integrates dy/ds = f(s, y) with explicit Runge–Kutta methods. It knows nothing of potentials: f is any
// Field, usually the gradient of one on the clock s in [0, 1].
//
// A method is data, a Tableau; two drivers use it. Fixed steps on a grid (RK4, 50 equal steps by default), Adaptive chooses
// its steps from an error estimate (Dormand–Prince 5(4), tolerance 1e-5 by default):
//
//	sol, err := solver.Adaptive{RTol: 1e-6, ATol: 1e-6}.Solve(ctx, field, solver.State{x}, 0, 1)
//
// Both drivers are plain values with useful zero values, safe for concurrent use. They integrate forward (s0 < s1) and
// backward, land exactly on s1 and on the times in SaveAt, count evaluations (NFE), and report an early stop as a
// *Failure that names the s reached. New builds a driver from a name such as "rk4" or "dopri5"; Tableaus lists the names.
//
// # On the device
//
// States stay on the device. Two small executables for each backend do all the arithmetic: y + Σ w_j k_j, which forms each
// stage's argument and closes the step, and a scaled RMS norm, whose scalar is all that returns to the host. Coefficients,
// h and tolerances are inputs, so that a shape of state is compiled once for each number of stages. Intermediate
// tensors are finalised as soon as they are used.
//
// # Replay
//
// A replay with the same tableau on the same backend has the same bits:
//
//	again, err := solver.Fixed{Tableau: solver.DormandPrince5, Grid: sol.Grid}.Solve(ctx, field, solver.State{x}, 0, 1)
//
// # Extending
//
// Another Runge–Kutta method is one Tableau value, which checks its own order conditions (Tableau.Validate). Anything else
// implements Solver and passes the suite in package solvertest.
package solver
