"""What step_jax.py and step_torch.py share: the case that `experiments bench step --peers` asks for, the path's coefficients, draws as vapo.Train
makes them, and the answers.

A twin is started with a case in JSON, {"net": "mlp" or "resnet", "batch", "width", "size"}, takes its first step, prints one line and answers
each line "JOB N" with one: seconds a step, an evaluation or a batch, over N of them. Results are awaited at the end of the N, not before.
"""

import json
import math
import resource
import sys
import time

import numpy as np

case = json.loads(sys.argv[1])
NET, BATCH, WIDTH, SIZE = case["net"], case["batch"], case["width"], case["size"]
SHAPE = (2,) if NET == "mlp" else (SIZE, SIZE, 3)
rng = np.random.default_rng(0)


def coefficients(s):
    """mu, sd and their derivatives: of the posterior path for points (omega 1, sigma 0.01), of the straight one for images."""
    if NET == "mlp":
        c = 1 - 0.01 / math.hypot(0.01, 1)
        r = 1 - c * s
        return 1 - r * r, r, 2 * c * r, -c * np.ones_like(s)
    c = 1 - 1e-3
    return c * s, 1 - c * s, c * np.ones_like(s), -c * np.ones_like(s)


def levels():
    """Levels of the ResNet: three, and more as long as 4 pixels remain."""
    n = 3
    while SIZE % 2 ** (n + 1) == 0 and SIZE >> (n + 1) >= 4:
        n += 1
    return n


def draw():
    """One step's data, noise, mu, sd and their derivatives, in float32: what the host hands over."""
    s = (np.arange(BATCH) + rng.random(BATCH)) / BATCH
    data, noise = (rng.standard_normal((BATCH, *SHAPE), dtype=np.float32) for _ in range(2))
    return data, noise, *(np.asarray(v, np.float32) for v in (s, *coefficients(s)))


def serve(version, weights, first, jobs):
    """Prints what the first step took and answers until the input ends; a job takes N and gives how many were done, waited for."""
    print(json.dumps({"version": version, "weights": int(weights), "seconds": first}), flush=True)
    for line in sys.stdin:
        job, n = line.split()
        if job == "memory":
            print(json.dumps({"bytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}), flush=True)
        elif job not in jobs:
            print("{}", flush=True)
        else:
            began = time.perf_counter()
            done = jobs[job](int(n))
            print(json.dumps({"seconds": (time.perf_counter() - began) / done}), flush=True)
