"""Work and precision of the peers' ODE solvers: evaluations of the field (NFE) and errors, forward and backward.

The problems of `experiments bench work-precision` (experiments/bench/precision_problems.go): 128 points spread as N(centre, width^2 I), a
sunflower whose radii are the quantiles of the Rayleigh distribution, carried in float64 by planar fields u from s = 0 to the end,

    ring8            the optimal field of the straight path (mu = cs, sd = 1 - cs, c = 0.999) to eight Gaussians of deviation 0.1 on a circle
                     of radius 2, s to 1
    Lotka-Volterra   x' = 1.5 x - x y, y' = x y - 3 y, s to 10
    Gaussian         the optimal field of the straight path to one Gaussian with axes of 1 and 0.02, s to 1

at rtol = atol = 1e-3 ... 1e-8 in quarters of a decade; the whole batch shares its steps. Forward, the error is the largest of a coordinate at
the end. Backward, the points carry the integral of div u from their ends to s = 0, and the error is the largest of a log-density,
log N(x(0); centre, width^2 I) + integral. The exact answers are SciPy's DOP853 at 1e-13, forward. Each package is used as its documentation
says; torchdiffeq is told to land on the end (step_t), where it would step past it, beyond the field's pole, and interpolate back.

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

N = 128
TOLERANCES = [10.0 ** -(3 + k / 4) for k in range(21)]


def straight_to(means, tau):
    """The field of x = mu m + sd e, m from equal Gaussians at means with deviations tau of the axes, and its divergence: with a = sd'/sd,
    W = sd^2 + mu^2 tau^2, g = mu tau^2 / W, u = a x + (mu' - a mu) sum_k w_k (m_k + g (x - mu m_k))."""
    def field(xp, s, x):
        c = 1 - 1e-3
        mu, sd = c * s, 1 - c * s
        m, tau2 = xp.asarray(means), xp.asarray(tau) ** 2
        a = -c / sd
        pull = c - a * mu
        wide = sd**2 + mu**2 * tau2
        gain = mu * tau2 / wide
        off = x[:, None, :] - mu * m[None]
        w = xp.softmax(-(off**2 / wide).sum(-1) / 2)[:, :, None]
        expected = m[None] + gain * off
        mean, slope, cross = (w * expected).sum(1), (w * off / wide).sum(1), (w * expected * off / wide).sum(1)
        return a * x + pull * mean, (a + pull * (gain - cross + mean * slope)).sum(-1)
    return field


def lotka_volterra(xp, s, x):
    prey, predator = x[:, 0], x[:, 1]
    return xp.stack([1.5 * prey - prey * predator, prey * predator - 3 * predator], 1), prey - predator - 1.5


ANGLES = np.arange(8) * np.pi / 4
PROBLEMS = {  # field, end, centre, width
    "ring8": (straight_to(2 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], 1), np.array([0.1, 0.1])), 1.0, np.zeros(2), 1.0),
    "Lotka–Volterra": (lotka_volterra, 10.0, np.array([10.0, 5.0]), 0.2),
    "Gaussian 1 × 0.02": (straight_to(np.zeros([1, 2]), np.array([1, 0.02])), 1.0, np.zeros(2), 1.0),
}


class NumPy:
    asarray, stack = np.asarray, np.stack
    softmax = staticmethod(lambda z: softmax(z, -1))


def scipy_ends(field, method, tolerance, x, beside, s0, s1):
    """Evaluations and (x, integral of div u) at s1; beside says whether the integral is wanted."""
    def flat(s, y):
        u, divergence = field(NumPy, s, y[: 2 * N].reshape(N, 2))
        return np.concatenate([u.ravel(), divergence]) if beside else u.ravel()
    y = np.concatenate([x.ravel(), np.zeros(N)]) if beside else x.ravel()
    solution = solve_ivp(flat, (s0, s1), y, method=method, rtol=tolerance, atol=tolerance)
    end = solution.y[:, -1]
    return solution.nfev, end[: 2 * N].reshape(N, 2), end[2 * N :]


class SciPy:
    parts, methods = ["numpy", "scipy"], ["RK23", "RK45", "DOP853"]

    def solver(self, field, method, x, beside, s0, s1):
        return lambda tolerance: scipy_ends(field, method, tolerance, x, beside, s0, s1)


class TorchDiffEq:
    parts, methods = ["torch", "torchdiffeq"], ["bosh3", "dopri5", "dopri8"]

    def __init__(self):
        import torch
        import torchdiffeq

        torch.set_default_dtype(torch.float64)
        self.torch, self.odeint = torch, torchdiffeq.odeint

    softmax = staticmethod(lambda z: z.softmax(-1))

    def asarray(self, x):
        return self.torch.as_tensor(x)

    def stack(self, arrays, axis):
        return self.torch.stack(arrays, axis)

    def solver(self, field, method, x, beside, s0, s1):
        torch = self.torch

        def solve(tolerance):
            count = [0]

            def counted(s, y):
                count[0] += 1
                return field(self, s, y[0])[: len(y)]

            start = (torch.tensor(x), torch.zeros(N))[: 1 + beside]
            y = self.odeint(counted, start, torch.tensor([s0, s1]), rtol=tolerance, atol=tolerance, method=method,
                            options={"step_t": torch.tensor([s1])})
            return count[0], y[0][-1].numpy(), y[-1][-1].numpy()
        return solve


class Diffrax:
    parts, methods = ["jax", "diffrax"], ["Bosh3", "Dopri5", "Tsit5", "Dopri8"]

    def __init__(self):
        import jax

        jax.config.update("jax_enable_x64", True)
        import diffrax

        self.jax, self.diffrax = jax, diffrax
        self.asarray, self.stack, self.softmax = jax.numpy.asarray, jax.numpy.stack, jax.nn.softmax

    def solver(self, field, method, x, beside, s0, s1):
        jax, diffrax, count = self.jax, self.diffrax, [0]

        def counted():
            count[0] += 1

        def term(s, y, _):
            jax.debug.callback(counted)
            return field(self, s, y[0])[: len(y)]

        @jax.jit
        def run(tolerance):
            start = (self.asarray(x), jax.numpy.zeros(N))[: 1 + beside]
            return diffrax.diffeqsolve(diffrax.ODETerm(term), getattr(diffrax, method)(), s0, s1, None, start, max_steps=100_000,
                                       stepsize_controller=diffrax.PIDController(rtol=tolerance, atol=tolerance)).ys

        def solve(tolerance):
            count[0] = 0
            y = [np.asarray(part[-1]) for part in run(tolerance)]
            jax.effects_barrier()
            return count[0], y[0], y[-1]
        return solve


def start(centre, width):
    i = np.arange(N)
    radius = np.sqrt(-2 * np.log((i + 0.5) / N))
    angle = i * np.pi * (3 - np.sqrt(5))
    return centre + width * np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)


def curves(name, package):
    for problem, (field, end, centre, width) in PROBLEMS.items():
        def log_prior(x):
            return -((x - centre) ** 2).sum(1) / (2 * width**2)
        x = start(centre, width)
        _, ends, integral = scipy_ends(field, "DOP853", 1e-13, x, True, 0, end)
        density = log_prior(x) - integral
        for direction, begin, s0, s1, error in [
            ("forward", x, 0.0, end, lambda x, _: x - ends),
            ("backward", ends, end, 0.0, lambda x, integral: log_prior(x) + integral - density),
        ]:
            for method in package.methods:
                solve = package.solver(field, method, begin, direction == "backward", s0, s1)
                points = []
                for tolerance in TOLERANCES:
                    nfe, *y = solve(tolerance)
                    points.append({"tolerance": float(f"{tolerance:.6g}"), "nfe": nfe, "error": float(f"{np.abs(error(*y)).max():.4g}")})
                print(f"{name} {method}, {problem}, {direction}: {points[-1]['nfe']} evaluations at 1e-8", file=sys.stderr)
                yield {"package": name, "method": method, "problem": problem, "direction": direction, "points": points}


def text(record):
    """JSON with a line for each curve."""
    curves = ",\n".join(json.dumps(c, ensure_ascii=False) for c in record["curves"])
    return json.dumps(record | {"curves": []}).replace('"curves": []', '"curves": [\n' + curves + "]") + "\n"


def main():
    record = {"versions": {"python": platform.python_version()}, "curves": [], "missing": []}
    for name, make in [("scipy", SciPy), ("torchdiffeq", TorchDiffEq), ("diffrax", Diffrax)]:
        try:
            package = make()
        except ImportError as error:
            record["missing"].append(name)
            print(f"{name} is not measured: {error}", file=sys.stderr)
            continue
        record["curves"] += curves(name, package)
        record["versions"] |= {part: importlib.metadata.version(part) for part in package.parts}
    sys.stdout.write(text(record))


if __name__ == "__main__":
    main()
