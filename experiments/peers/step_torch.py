"""PyTorch's twin of a training step of vapoflow, in eager mode (torch.compile takes no gradients of gradients); see twin.py and step_jax.py."""

import math
import time

import numpy as np
import torch
from torch import nn
from torch.nn.functional import pixel_unshuffle, silu

from twin import BATCH, NET, SHAPE, WIDTH, case, draw, levels, serve

torch.manual_seed(0)


def embed(s):
    angles = [math.pi * 2**i * s for i in range(4)]
    return torch.stack([1 - 2 * s] + [f(a) for a in angles for f in (torch.sin, torch.cos)], -1)


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(i, o) for i, o in ((11, WIDTH), (WIDTH, WIDTH), (WIDTH, WIDTH), (WIDTH, 1)))

    def forward(self, x, s):
        h = torch.cat([x, embed(s)], -1)
        for layer in self.layers[:-1]:
            h = silu(layer(h))
        return self.layers[-1](h)[:, 0]


def channels(layer, clock):
    return layer(clock)[:, :, None, None]


class Readout(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.square, self.linear = nn.Linear(128, n), nn.Linear(128, n)

    def forward(self, h, clock):
        return (h * (channels(self.square, clock) * h * 0.5 + channels(self.linear, clock))).sum((1, 2, 3))


class Level(nn.Module):
    def __init__(self, size, into, out):
        super().__init__()
        self.down = nn.Conv2d(4 * into, out, size, padding="same")
        self.first, self.second = nn.Conv2d(out, out, 3, padding="same"), nn.Conv2d(out, out, 1)
        self.scale, self.shift, self.readout = nn.Linear(128, out), nn.Linear(128, out), Readout(out)


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.clock, self.pixels, self.levels = nn.Linear(9, 128), Readout(3), nn.ModuleList()
        into, out = 3, WIDTH
        for level in range(levels()):
            self.levels.append(Level(3 if level == 0 else 1, into, out))
            into, out = out, 2 * WIDTH

    def forward(self, x, s):
        clock = silu(self.clock(embed(s)))
        total, h = self.pixels(x, clock), x
        for level in self.levels:
            h = level.down(pixel_unshuffle(h, 2))
            inner = level.first(silu(h))
            inner = silu(inner * (1 + channels(level.scale, clock)) + channels(level.shift, clock))
            h = h + level.second(inner)
            total = total + level.readout(silu(h), clock)
        return total


net = MLP() if NET == "mlp" else ResNet()
weights = list(net.parameters())
adam = torch.optim.Adam(weights, 1e-3, eps=1e-7, fused=True)
ema = [w.detach().clone() for w in weights]


def images_first(x):
    return x if x.ndim == 2 else x.permute(0, 3, 1, 2)


def step():
    data, noise, s, *path = (torch.from_numpy(a) for a in draw())
    mu, sd, mu_dot, sd_dot = (v.reshape(-1, *[1] * len(SHAPE)) for v in path)
    x = images_first(mu * data + sd * noise).requires_grad_()
    slope, = torch.autograd.grad(net(x, s).sum(), x, create_graph=True)
    loss = 0.5 * (slope - images_first(mu_dot * data + sd_dot * noise)).square().sum() / data.numel()
    adam.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(weights, 1.0, foreach=True)
    adam.step()
    torch._foreach_lerp_(ema, weights, 0.001)


def train(n):
    for _ in range(n):
        step()
    return n


def prior():
    return images_first(torch.randn(BATCH, *SHAPE)).contiguous()


def heun(rate, y, start, h, steps):
    s = start
    for _ in range(steps):
        a = rate(y, s)
        b = rate([u + h * k for u, k in zip(y, a)], s + h)
        y, s = [u + h / 2 * (k + l) for u, k, l in zip(y, a, b)], s + h


def field(x, s, graph=False):
    x = x.detach().requires_grad_()
    slope, = torch.autograd.grad(net(x, torch.full((BATCH,), s)).sum(), x, create_graph=graph)
    return x, slope


def sample(n):
    heun(lambda y, s: [field(y[0], s)[1]], [prior()], 0.0, 2 / n, n // 2)
    return n // 2 * 2


def divergence(y, s):
    x, u = field(y[0], s, graph=True)
    trace = sum(torch.autograd.grad(u[:, i].sum(), x, retain_graph=True)[0][:, i] for i in range(2))
    return [u.detach(), trace]


def density(n):
    heun(divergence, [prior(), torch.zeros(BATCH)], 1.0, -2 / n, n // 2)
    return n // 2 * 2


jobs = {"step": train, "sample": sample}
if NET == "mlp":
    jobs["density"] = density
if "images" in case:
    pixels = torch.from_numpy(np.load(case["images"]))

    def read(n):
        done = 0
        while done < n:
            for (batch,) in torch.utils.data.DataLoader(torch.utils.data.TensorDataset(pixels), BATCH, shuffle=True, drop_last=True):
                batch.float().div_(127.5).sub_(1)
                done += 1
                if done == n:
                    break
        return n

    jobs["data"] = read
began = time.perf_counter()
step()
serve("PyTorch " + torch.__version__, sum(w.numel() for w in weights), time.perf_counter() - began, jobs)
