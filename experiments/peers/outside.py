"""What a record of Figure 1 says, once more with NumPy and SciPy alone: the network's forward pass, gradient and Laplacian, the exact answers for
ring8, draws, integration and standard errors are written here from the formulas; nothing of vapoflow's, of PyTorch's or of JAX's is used.

    python3 -m venv peers && peers/bin/pip install numpy scipy
    peers/bin/python outside.py points.npy                                           writes the points of the density
    experiments export --run RUN --out model.safetensors
    experiments score  --run RUN --input points.npy --out scores.npz
    peers/bin/python outside.py points.npy model.safetensors scores.npz RUNFOLDER    RUNFOLDER/manifest.json has RUN's results

prints ours, as recorded, beside what comes out here, and fails where they differ by more than four standard errors of the difference, or by more
than the tolerance stated where both are exact. The model is an MLP Phi(x, s) on ring8 without a Gaussian base. --draws N rides N particles (4096).
"""

import json
import math
import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")  # the matrices are small: more threads only wait for each other
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import expit, logsumexp, softmax

ANGLES = np.arange(8) * np.pi / 4
MEANS, TAU2 = 2 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], 1), 0.1**2


def read_safetensors(path):
    data = open(path, "rb").read()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    arrays = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (8 + size + k for k in entry["data_offsets"])
            kind = {"F32": "<f4", "F64": "<f8"}[entry["dtype"]]
            arrays[name] = np.frombuffer(data[begin:end], kind).reshape(entry["shape"]).astype(np.float64)
    return header["__metadata__"], arrays


class Path:
    """x = mu m + sqrt(v) e in the arc-length clock: sqrt(v) = omega (1 - cs)."""

    def __init__(self, name, omega, sigma):
        self.omega = omega
        self.c = {"posterior": 1 - sigma / math.hypot(sigma, omega), "linear": 1 - sigma / omega, "straight": 1 - 1e-3}[name]
        self.kappa0 = {"posterior": 1.0, "linear": omega**2 / (omega**2 - sigma**2) if sigma < omega else math.nan, "straight": 0.0}[name]

    def at(self, s):
        """mu, v and their derivatives."""
        c, r = self.c, 1 - self.c * s
        v, v_dot = (self.omega * r) ** 2, -2 * c * self.omega**2 * r
        if self.kappa0 == 0:
            return c * s, v, c * np.ones_like(s), v_dot
        return self.kappa0 * (1 - r**2), v, 2 * c * self.kappa0 * r, v_dot


def exact(path, x, s):
    """log rho(x; s) and the velocity u* = mu' E + v'/2v (x - mu E), E the mean of the data given x, for x [n, 2] and s [n]."""
    mu, v, mu_dot, v_dot = (k[:, None] for k in path.at(s))
    width = v + mu**2 * TAU2
    off = x[:, None] - mu[..., None] * MEANS
    logs = -(off**2).sum(-1) / (2 * width)
    weights = softmax(logs, axis=1)
    expected = weights @ MEANS + mu * TAU2 / width * (weights[..., None] * off).sum(1)
    return logsumexp(logs, axis=1) - np.log(16 * np.pi * width[:, 0]), mu_dot * expected + v_dot / (2 * v) * (x - mu * expected)


def continuity(path, x, s):
    """d rho/ds + div(rho u*) over rho, by central differences of fourth order, over the largest of its three terms."""
    def difference(f, h=1e-3):
        return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)
    e = np.eye(2)
    _, u = exact(path, x, s)
    rate = difference(lambda h: exact(path, x, s + h)[0])
    carried = sum(u[:, j] * difference(lambda h: exact(path, x + h * e[j], s)[0]) for j in range(2))
    spread = sum(difference(lambda h: exact(path, x + h * e[j], s)[1][:, j]) for j in range(2))
    return np.abs(rate + carried + spread).max() / np.abs([rate, carried, spread]).max()


class Network:
    """The MLP: swish layers on x and the clock's features 1 - 2s, sin and cos of pi s, 2 pi s, 4 pi s, 8 pi s."""

    def __init__(self, config, arrays):
        self.autonomous, self.layers = config["autonomous"], []
        while f"hidden_{len(self.layers)}.dense.weights" in arrays:
            name = f"hidden_{len(self.layers)}.dense."
            self.layers.append((arrays[name + "weights"], arrays[name + "biases"]))
        self.readout, self.bias = arrays["readout.dense.weights"][:, 0], arrays["readout.dense.biases"][0]

    def __call__(self, x, s):
        """Phi [n], its gradient [n, 2] and Laplacian [n], carried forward through the layers."""
        s = np.full(len(x), 0.5) if self.autonomous else np.broadcast_to(s, len(x))
        angles = [np.pi * 2**k * s for k in range(4)]
        h = np.column_stack([x, 1 - 2 * s] + [f(a) for a in angles for f in (np.sin, np.cos)])
        slope, curve = np.zeros((2, *h.shape)), np.zeros((2, *h.shape))
        slope[0, :, 0] = slope[1, :, 1] = 1
        for weights, biases in self.layers:
            z, slope, curve = h @ weights + biases, slope @ weights, curve @ weights
            p = expit(z)
            first = p + z * p * (1 - p)
            second = p * (1 - p) * (2 + z * (1 - 2 * p))
            h, slope, curve = z * p, first * slope, second * slope**2 + first * curve
        return h @ self.readout + self.bias, (slope @ self.readout).T, (curve @ self.readout).sum(0)


def ride(network, x, s0, s1, tolerance=1e-6):
    """x and the integral of div u = lap Phi along the flow from s0 to s1."""
    n = len(x)

    def field(s, y):
        _, grad, laplacian = network(y[: 2 * n].reshape(n, 2), s)
        return np.concatenate([grad.ravel(), laplacian])

    y = solve_ivp(field, (s0, s1), np.concatenate([x.ravel(), np.zeros(n)]), method="DOP853", rtol=tolerance, atol=tolerance).y[:, -1]
    return y[: 2 * n].reshape(n, 2), y[2 * n :]


def log_prior(path, x):
    return -(x**2).sum(1) / (2 * path.omega**2) - np.log(2 * np.pi * path.omega**2)


def ratio(a, b):
    """sum a / sum b with its standard error by the delta method."""
    r = a.sum() / b.sum()
    return r, np.std(a - r * b, ddof=1) / (math.sqrt(len(a)) * b.mean())


def excess(path, network, random, n):
    """The relative excess over all s and in each quarter, with standard errors."""
    s = (np.arange(n) + random.random(n)) / n
    mu, v, _, _ = path.at(s)
    data = MEANS[random.integers(8, size=n)] + math.sqrt(TAU2) * random.standard_normal((n, 2))
    x = mu[:, None] * data + np.sqrt(v)[:, None] * random.standard_normal((n, 2))
    _, u = exact(path, x, s)
    off, size = ((network(x, s)[1] - u) ** 2).sum(1), (u**2).sum(1)
    yield "relative_excess", *ratio(off, size)
    for q in range(4):
        part = slice(q * n // 4, (q + 1) * n // 4)
        yield f"relative_excess_q{q + 1}", *ratio(off[part], size[part])


def divergence(path, network, random, n):
    """KL(rho_Phi || rho) at s = 1 in nats and the share of particles beyond 3.5 deviations from every mode, with standard errors."""
    x0 = path.omega * random.standard_normal((n, 2))
    ends = [ride(network, part, 0, 1) for part in np.array_split(x0, 8)]  # smaller arrays stay in the processor's cache
    x, integral = np.concatenate([e[0] for e in ends]), np.concatenate([e[1] for e in ends])
    logs = log_prior(path, x0) - integral - exact(path, x, np.ones(n))[0]
    mu, v, _, _ = path.at(np.ones(1))
    away = ((x[:, None] - mu * MEANS) ** 2).sum(-1).min(1) > 3.5**2 * (v + mu**2 * TAU2)
    for name, values in [("kl", logs), ("off_mode", away)]:
        yield name, values.mean(), np.std(values, ddof=1) / math.sqrt(n)


def points():
    """Where densities are compared: on and around the modes, between them, and far out."""
    random = np.random.default_rng(7)
    return np.concatenate([np.repeat(MEANS, 4, 0) + 0.15 * random.standard_normal((32, 2)), 1.5 * random.standard_normal((32, 2))])


def compare(manifest, metadata, arrays, scores, x, draws):
    """Rows: what, ours, here, difference, what is allowed, in words."""
    config, path = json.loads(metadata["config"]), json.loads(metadata["homotopy"])
    if (config["data"], config["potential"], config["base"]) != ("ring8", "mlp", "none") or arrays["hidden_0.dense.weights"].shape[0] != 11:
        sys.exit(f"the model is {config['potential']} on {config['data']}, base {config['base']}; this script reads an mlp on ring8, base none, without options")
    if manifest["weights_sha256"] != metadata["weights_sha256"]:
        sys.exit("the weights are not those of the record")
    path, network = Path(path["name"], config["omega"], config["sigma"]), Network(config, arrays)
    random, results = np.random.default_rng(1), manifest["results"]
    _, grad, _ = network(arrays["check.x"], arrays["check.s"])
    yield "∇Φ at the file's own points, largest", np.abs(arrays["check.grad"]).max(), np.abs(grad).max(), np.abs(grad - arrays["check.grad"]).max(), 1e-5, ""
    yield "continuity of ρ̄ and u*, residual", 0, 0, continuity(path, x * 0.8, np.linspace(0.1, 0.9, len(x))), 1e-6, ""
    for name, here, error in [*excess(path, network, random, 8 * draws), *divergence(path, network, random, draws)]:
        if name not in results:
            print(f"{name}: {here:.4g} ± {error:.2g} here, and not in this record", file=sys.stderr)
            continue
        ours, of_ours = results[name], results.get(name + "_standard_error", error)
        both = math.hypot(error, of_ours)
        yield name, ours, here, abs(here - ours), 4 * both, f"± {of_ours:.2g} and ± {error:.2g}"
    back, integral = ride(network, x, 1, 0)
    density, ours = log_prior(path, back) + integral, scores["log_density_flow"]
    yield "log-density by the flow, 64 points, mean", ours.mean(), density.mean(), np.abs(density - ours).max(), 1e-2, "largest difference of a point"


def main(file, model=None, scored=None, folder=None, draws=4096):
    if model is None:
        np.save(file, points())
        return print(f"{file}: 64 points")
    manifest = json.load(open(f"{folder}/manifest.json"))
    print(f"{'':42s} {'ours':>12s} {'here':>12s} {'difference':>12s} {'allowed':>10s}")
    wrong = []
    for what, ours, here, difference, allowed, words in compare(manifest, *read_safetensors(model), np.load(scored), np.load(file), draws):
        print(f"{what:42s} {ours:12.6g} {here:12.6g} {difference:12.2g} {allowed:10.2g}  {words}")
        if not difference <= allowed:  # NaN too
            wrong.append(what)
    if wrong:
        sys.exit("ours and NumPy's differ in: " + "; ".join(wrong))


if __name__ == "__main__":
    arguments, draws = sys.argv[1:], 4096
    if arguments[:1] == ["--draws"]:
        draws, arguments = int(arguments[1]), arguments[2:]
    if len(arguments) not in (1, 4):
        sys.exit(__doc__)
    main(*arguments, draws=draws)
