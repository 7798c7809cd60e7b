"""JAX's twin of a training step of vapoflow: same network, loss by alignment, clipping, Adam and moving average; see twin.py.

    python3 -m venv peers && peers/bin/pip install jax torch numpy
    experiments bench step --peers --python peers/bin/python
"""

import time

import jax
import jax.numpy as jnp
import numpy as np

from twin import BATCH, NET, SHAPE, SIZE, WIDTH, coefficients, draw, levels, serve

keys = iter(jax.random.split(jax.random.PRNGKey(0), 400))
swish, tree, leaves = jax.nn.swish, jax.tree_util.tree_map, jax.tree_util.tree_leaves


def dense(i, o):
    return jax.random.normal(next(keys), (i, o)) * (2 / i) ** 0.5, jnp.zeros(o)


def kernel(k, i, o):
    return jax.random.normal(next(keys), (k, k, i, o)) * (2 / (k * k * i)) ** 0.5, jnp.zeros(o)


def embed(s):
    angles = [s * jnp.pi * 2**i for i in range(4)]
    return jnp.stack([1 - 2 * s] + [f(a) for a in angles for f in (jnp.sin, jnp.cos)], -1)


def conv(c, x):
    return jax.lax.conv_general_dilated(x, c[0], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + c[1]


def channels(d, clock):
    return (clock @ d[0] + d[1])[:, None, None, :]


def readout(r, h, clock):
    return (h * (channels(r[0], clock) * h * 0.5 + channels(r[1], clock))).sum((1, 2, 3))


def space_to_depth(x):
    b, h, w, c = x.shape
    return x.reshape(b, h // 2, 2, w // 2, 2, c).transpose(0, 1, 3, 2, 4, 5).reshape(b, h // 2, w // 2, 4 * c)


if NET == "mlp":
    weights = [dense(11, WIDTH), dense(WIDTH, WIDTH), dense(WIDTH, WIDTH), dense(WIDTH, 1)]

    def phi(p, x, s):
        h = jnp.concatenate([x, embed(s)], -1)
        for w, b in p[:-1]:
            h = swish(h @ w + b)
        return (h @ p[-1][0] + p[-1][1])[:, 0]
else:
    weights = {"clock": dense(9, 128), "pixels": (dense(128, 3), dense(128, 3)), "levels": []}
    into, out = 3, WIDTH
    for level in range(levels()):
        weights["levels"].append({
            "down": kernel(3 if level == 0 else 1, 4 * into, out), "first": kernel(3, out, out), "second": kernel(1, out, out),
            "scale": dense(128, out), "shift": dense(128, out), "readout": (dense(128, out), dense(128, out)),
        })
        into, out = out, 2 * WIDTH

    def phi(p, x, s):
        clock = swish(embed(s) @ p["clock"][0] + p["clock"][1])
        total, h = readout(p["pixels"], x, clock), x
        for level in p["levels"]:
            h = conv(level["down"], space_to_depth(h))
            inner = conv(level["first"], swish(h))
            inner = swish(inner * (1 + channels(level["scale"], clock)) + channels(level["shift"], clock))
            h = h + conv(level["second"], inner)
            total = total + readout(level["readout"], swish(h), clock)
        return total


def field(p, x, s):
    return jax.grad(lambda y: phi(p, y, s).sum())(x)


def loss(p, data, noise, s, mu, sd, mu_dot, sd_dot):
    mu, sd, mu_dot, sd_dot = (v.reshape(-1, *[1] * len(SHAPE)) for v in (mu, sd, mu_dot, sd_dot))
    off = field(p, mu * data + sd * noise, s) - (mu_dot * data + sd_dot * noise)
    return 0.5 * (off**2).sum() / data.size


def update(state, *batch):
    p, m, v, ema, t = state
    value, g = jax.value_and_grad(loss)(p, *batch)
    norm = jnp.sqrt(sum((a * a).sum() for a in leaves(g)))
    g, t = tree(lambda a: a / jnp.maximum(norm, 1.0), g), t + 1
    m, v = tree(lambda a, b: 0.9 * a + 0.1 * b, m, g), tree(lambda a, b: 0.999 * a + 0.001 * b * b, v, g)
    p = tree(lambda q, a, b: q - 1e-3 * (a / (1 - 0.9**t)) / (jnp.sqrt(b / (1 - 0.999**t)) + 1e-7), p, m, v)
    return (p, m, v, tree(lambda a, b: 0.999 * a + 0.001 * b, ema, p), t), value


step = jax.jit(update, donate_argnums=0)
zeros = tree(jnp.zeros_like, weights)
state = (weights, zeros, tree(jnp.zeros_like, weights), tree(jnp.array, weights), 0.0)
began = time.perf_counter()
state, value = step(state, *draw())
value.block_until_ready()
first = time.perf_counter() - began


def train(n):
    global state
    for _ in range(n):
        state, value = step(state, *draw())
    value.block_until_ready()
    return n


def heun(rate):
    """One step of Heun's method of x' = rate(p, x, s), compiled."""
    def advance(p, y, s, h):
        a = rate(p, y, s)
        b = rate(p, tree(lambda u, k: u + h * k, y, a), s + h)
        return tree(lambda u, k, l: u + h / 2 * (k + l), y, a, b)
    return jax.jit(advance)


flow = heun(lambda p, y, s: field(p, y, jnp.full(BATCH, s)))


def divergence(p, y, s):
    x, at = y[0], jnp.full(BATCH, s)
    trace, u = 0.0, None
    for i in range(2):
        u, slope = jax.jvp(lambda z: field(p, z, at), (x,), (jnp.zeros_like(x).at[:, i].set(1.0),))
        trace = trace + slope[:, i]
    return u, trace


backward = heun(divergence)
flow(state[0], jnp.zeros((BATCH, *SHAPE)), 0.0, 0.1)
if NET == "mlp":
    backward(state[0], (jnp.zeros((BATCH, 2)), jnp.zeros(BATCH)), 1.0, -0.1)


def sample(n):
    y = jnp.asarray(np.random.default_rng(1).standard_normal((BATCH, *SHAPE), dtype=np.float32))
    for i in range(n // 2):
        y = flow(state[0], y, 2 * i / n, 2 / n)
    y.block_until_ready()
    return n // 2 * 2


def density(n):
    y = (jnp.asarray(np.random.default_rng(1).standard_normal((BATCH, 2), dtype=np.float32)), jnp.zeros(BATCH))
    for i in range(n // 2):
        y = backward(state[0], y, 1 - 2 * i / n, -2 / n)
    y[1].block_until_ready()
    return n // 2 * 2


serve("JAX " + jax.__version__, sum(a.size for a in leaves(weights)), first, {"step": train, "sample": sample} | ({"density": density} if NET == "mlp" else {}))
