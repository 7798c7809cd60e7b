"""The potential of an exported model in PyTorch: Φ(x, s), ∇Φ(x, s) and samples of MLPs and ResNets, also on a Gaussian base.

    go run ./experiments export --run RUN --out model.safetensors
    python3 -m venv peers && peers/bin/pip install torch safetensors
    peers/bin/python load_vapoflow.py model.safetensors

prints what the file holds and how far PyTorch is from the values that vapoflow stored in it, relative to them, and fails
above 1e-5. From Python:

    model = load("model.safetensors")      # a torch.nn.Module with the moving average of the weights
    phi, grad = model.evaluate(x, s)       # x [n, d], or [n, height, width, channels] in [-1, 1]; s [n] in [0, 1]
    x = model.sample(64)                   # noise carried along dx/ds = grad to s = 1
"""

import json
import math
import sys

import torch
from safetensors import safe_open
from torch.nn.functional import conv2d, silu


def load(path):
    with safe_open(path, framework="pt") as f:
        metadata, arrays = f.metadata(), {k: f.get_tensor(k) for k in f.keys()}
    return Potential(metadata, {k: v for k, v in arrays.items() if not k.startswith("check.")})


class Potential(torch.nn.Module):
    def __init__(self, metadata, arrays):
        super().__init__()
        if metadata["schema"] != "1":
            raise ValueError(f"the file has schema {metadata['schema']}; this loader reads 1")
        self.config, self.shape, self.path = (json.loads(metadata[k]) for k in ("config", "shape", "homotopy"))
        self.network = {"mlp": self.mlp, "resnet": self.resnet}[self.config["potential"]]
        self.w = torch.nn.ParameterDict()  # names may hold no dots
        for name, value in arrays.items():
            self.w[name.replace(".", "/")] = torch.nn.Parameter(value, requires_grad=not name.startswith("gaussian."))

    def forward(self, x, s):
        """Φ [n]."""
        clock = torch.full_like(s, 0.5) if self.config["autonomous"] else s
        if self.config["base"] == "none":
            return self.network("", x, embed(clock))
        return self.gaussian(x, s) + self.network("rest/", x, embed(clock))

    def evaluate(self, x, s):
        """Φ [n] and ∇Φ of x's shape."""
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            phi = self(x, s)
            (grad,) = torch.autograd.grad(phi.sum(), x)
        return phi.detach(), grad

    def sample(self, n, steps=50, generator=None):
        """n samples by the midpoint rule."""
        like = next(iter(self.w.values()))
        x = self.path["omega"] * torch.randn(n, *self.shape, generator=generator).to(like)
        h, clock = 1 / steps, torch.ones(n).to(like)
        for i in range(steps):
            half = x + h / 2 * self.evaluate(x, i * h * clock)[1]
            x = x + h * self.evaluate(half, (i + 0.5) * h * clock)[1]
        return x

    def dense(self, name, h):
        return h @ self.w[name + "/dense/weights"] + self.w[name + "/dense/biases"]

    def mlp(self, scope, x, clock):
        waves = [x * (math.pi / 4 * (k + 1)) for k in range(self.config.get("options", {}).get("potential.frequencies", 0))]
        h, i = torch.cat([x, clock] + [f(a) for a in waves for f in (torch.sin, torch.cos)], -1), 0
        while f"{scope}hidden_{i}/dense/weights" in self.w:
            h, i = silu(self.dense(f"{scope}hidden_{i}", h)), i + 1
        return self.dense(scope + "readout", h)[:, 0]

    def resnet(self, scope, x, clock):
        clock = silu(self.dense(scope + "clock", clock))
        phi, h, level = self.readout(scope + "pixels", x, clock), x, 0
        while f"{scope}level_{level}/down/kernel" in self.w:
            name, i, level = f"{scope}level_{level}/", 0, level + 1
            h = self.conv(name + "down", space_to_depth(h))
            while f"{name}block_{i}/first/kernel" in self.w:
                h, i = self.residual(f"{name}block_{i}/", h, clock), i + 1
            phi = phi + self.readout(name + "readout", silu(h), clock)
        return phi

    def residual(self, name, h, clock):
        inner = self.conv(name + "first", silu(h))
        scale, shift = self.dense(name + "scale", clock), self.dense(name + "shift", clock)
        inner = silu(inner * (1 + scale[:, None, None]) + shift[:, None, None])
        return h + self.conv(name + "second", inner)

    def readout(self, name, h, clock):
        a, b = self.dense(name + "/square", clock), self.dense(name + "/linear", clock)
        return (h * (a[:, None, None] * h / 2 + b[:, None, None])).sum((1, 2, 3))

    def conv(self, name, h):  # [n, height, width, in], kernel [size, size, in, out]
        kernel = self.w[name + "/kernel"].permute(3, 2, 0, 1)
        return conv2d(h.permute(0, 3, 1, 2), kernel, self.w[name + "/bias"], padding="same").permute(0, 2, 3, 1)

    def coefficients(self, s):
        """The path's μ, v and their derivatives in s."""
        name, omega, sigma = self.path["name"], self.path["omega"], self.path.get("sigma")
        if name == "trigonometric":
            speed = math.pi / 2 * (1 - self.path["end"])
            mu, sd = torch.sin(speed * s), omega * torch.sin(math.pi / 2 * ((1 - s) + self.path["end"] * s))
            return mu, sd**2, speed * sd / omega, -2 * speed * omega * mu * sd
        if name not in ("posterior", "linear", "straight"):
            raise ValueError(f"this loader does not know the path {name!r}")
        c = {"posterior": lambda: 1 - sigma / math.hypot(sigma, omega), "linear": lambda: 1 - sigma / omega, "straight": lambda: 1 - 1e-3}[name]()
        r = (1 - s) + (1 - c) * s
        v, v_dot = (omega * r) ** 2, -2 * c * omega**2 * r
        if name == "straight":
            return c * s, v, torch.full_like(s, c), v_dot
        kappa0 = 1 if name == "posterior" else omega**2 / (omega**2 - sigma**2)
        return kappa0 * c * s * (1 + r), v, 2 * c * kappa0 * r, v_dot

    def gaussian(self, x, s):
        """The exact potential of N(m, QΛQᵀ), Q one rotation for each axis."""
        mean, variance = self.w["gaussian/mean"], self.w["gaussian/variance"]
        mu, v, mu_dot, v_dot = (k.reshape(-1, *[1] * len(self.shape)) for k in self.coefficients(s))
        y = centred = x - mu * mean
        for axis in range(len(self.shape)):
            y = torch.tensordot(y, self.w[f"gaussian/axis_{axis}"], dims=([axis + 1], [1])).movedim(-1, axis + 1)
        rate = v_dot + 2 * mu * mu_dot * variance
        phi = rate * (y**2 / (v + mu**2 * variance) - 1) / 4 + mu_dot * mean * centred
        return phi.flatten(1).sum(1)


def embed(s):
    """Features [n, 9] of the clock s [n]."""
    angles = [math.pi * 2**i * s for i in range(4)]
    return torch.stack([1 - 2 * s] + [f(a) for a in angles for f in (torch.sin, torch.cos)], -1)


def space_to_depth(h):  # [n, height, width, c] to [n, height/2, width/2, 4c]
    n, height, width, c = h.shape
    return h.reshape(n, height // 2, 2, width // 2, 2, c).permute(0, 1, 3, 2, 4, 5).reshape(n, height // 2, width // 2, 4 * c)


def check(path):
    """Differences from the file's own values in float32 and float64: of Φ, which is known up to a constant, relative to the largest;
    of ∇Φ relative to the largest entry of each example."""
    with safe_open(path, framework="pt") as f:
        x, s, *want = (f.get_tensor("check." + k) for k in ("x", "s", "phi", "grad"))
    for dtype in (torch.float32, torch.float64):
        phi, grad = load(path).to(dtype).evaluate(x.to(dtype), s.to(dtype))
        of_phi = (phi - want[0]).abs().max() / want[0].abs().max()
        of_grad = (grad - want[1]).abs().flatten(1).amax(1) / want[1].abs().flatten(1).amax(1)
        yield dtype, [of_phi.item(), of_grad.max().item()]


def main(path):
    model = load(path)
    count = sum(w.numel() for w in model.w.values())
    print(f"{model.config['potential']} for {model.shape} on {model.config['data']}, base {model.config['base']}, {model.path['name']} path: {count} numbers")
    worst = 0
    for dtype, errors in check(path):
        print(f"{dtype}: relative difference of Φ {errors[0]:.1e}, of ∇Φ {errors[1]:.1e}")
        worst = max([worst] + errors)
    if not worst < 1e-5:  # NaN too
        sys.exit(f"PyTorch and vapoflow differ on {path}")


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    for argument in sys.argv[1:]:
        main(argument)
