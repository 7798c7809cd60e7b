"""Work and precision of the peers' ODE solvers on the exact velocity field of ring8.

The problem of `experiments bench work-precision`: 512 points spread as N(0, I), a sunflower whose radii are the quantiles of
the Rayleigh distribution, carried along the straight path (mu = cs, sd = 1 - cs, c = 0.999) to eight Gaussians of deviation 0.1
on a circle of radius 2, in float64, with rtol = atol = 1e-3 ... 1e-8. The whole batch shares its steps. For each method it counts the
evaluations of the field (NFE) and the largest error of a coordinate at s = 1 against SciPy's DOP853 at 1e-13.

    python3 -m venv peers && peers/bin/pip install numpy scipy torchdiffeq diffrax
    peers/bin/python work_precision.py > ../bench/work_precision.json

NumPy and SciPy are needed; torchdiffeq and diffrax are measured where they are installed.
"""

import importlib.metadata
import json
import platform
import sys

import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import softmax

C, TAU2 = 1 - 1e-3, 0.01
ANGLES = np.arange(8) * np.pi / 4
MEANS = 2 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], 1)
TOLERANCES = [10.0**-p for p in range(3, 9)]


def start():
    i = np.arange(512)
    radius = np.sqrt(-2 * np.log((i + 0.5) / 512))
    angle = i * np.pi * (3 - np.sqrt(5))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)


def velocity(softmax, s, x, means):
    """u* = a x + (c - mu a) E[mean | x] for x [n, 2]; softmax is that of the arrays' library, over the last axis."""
    mu, a = C * s, -C / (1 - C * s)
    variance = (1 - C * s) ** 2 + mu**2 * TAU2
    offset = x[:, None, :] - mu * means[None]
    weights = softmax(-(offset**2).sum(-1) / (2 * variance))
    expected = (weights[:, :, None] * (means[None] + mu * TAU2 / variance * offset)).sum(1)
    return a * x + (C - mu * a) * expected


def scipy_field(s, y):
    return velocity(lambda z: softmax(z, -1), s, y.reshape(-1, 2), MEANS).ravel()


def run_scipy(exact):
    for method in ["RK23", "RK45", "DOP853"]:
        def solve(tolerance):
            solution = solve_ivp(scipy_field, (0, 1), start().ravel(), method=method, rtol=tolerance, atol=tolerance)
            return solution.nfev, solution.y[:, -1].reshape(-1, 2)
        yield curve("scipy", method, solve, exact)


def run_torchdiffeq(exact):
    import torch
    from torchdiffeq import odeint

    torch.set_default_dtype(torch.float64)
    means = torch.tensor(MEANS)
    for method in ["bosh3", "dopri5", "dopri8"]:
        def solve(tolerance):
            count = [0]

            def field(s, x):
                count[0] += 1
                return velocity(lambda z: torch.softmax(z, -1), s, x, means)

            x = odeint(field, torch.tensor(start()), torch.tensor([0.0, 1.0]), rtol=tolerance, atol=tolerance, method=method)
            return count[0], x[-1].numpy()
        yield curve("torchdiffeq", method, solve, exact)


def run_diffrax(exact):
    import jax

    jax.config.update("jax_enable_x64", True)
    import diffrax
    import jax.numpy as jnp

    means = jnp.array(MEANS)
    for name in ["Bosh3", "Dopri5", "Tsit5", "Dopri8"]:
        def solve(tolerance):
            count = [0]

            def counted():
                count[0] += 1

            def field(s, x, _):
                jax.debug.callback(counted)
                return velocity(jax.nn.softmax, s, x, means)

            solution = diffrax.diffeqsolve(
                diffrax.ODETerm(field), getattr(diffrax, name)(), 0.0, 1.0, None, jnp.array(start()),
                stepsize_controller=diffrax.PIDController(rtol=tolerance, atol=tolerance))
            end = np.asarray(solution.ys[-1])
            jax.effects_barrier()
            return count[0], end
        yield curve("diffrax", name, solve, exact)


def curve(package, method, solve, exact):
    points = []
    for tolerance in TOLERANCES:
        nfe, end = solve(tolerance)
        points.append({"tolerance": tolerance, "nfe": nfe, "error": float(f"{np.abs(end - exact).max():.4g}")})
    return {"package": package, "method": method, "points": points}


def main():
    exact = solve_ivp(scipy_field, (0, 1), start().ravel(), method="DOP853", rtol=1e-13, atol=1e-13).y[:, -1].reshape(-1, 2)
    record = {"versions": {"python": platform.python_version()}, "curves": [], "missing": []}
    for package, parts, run in [("scipy", ["numpy", "scipy"], run_scipy), ("torchdiffeq", ["torch", "torchdiffeq"], run_torchdiffeq),
                                ("diffrax", ["jax", "diffrax"], run_diffrax)]:
        try:
            curves = list(run(exact))
        except ImportError as error:
            record["missing"].append(package)
            print(f"{package} is not measured: {error}", file=sys.stderr)
            continue
        record["curves"] += curves
        for part in parts:
            record["versions"][part] = importlib.metadata.version(part)
    json.dump(record, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
