"""Golden numbers of vapo/metric from the reference implementations.

Features of two sets are made by a formula that Go repeats (golden_test.go): bits of a counter hashed by splitmix64, mixed linearly.
Compared are the FID of pytorch-fid (scipy's sqrtm), torch-fidelity (eigenvalues) and clean-fid; the KID of torch-fidelity and clean-fid on the
first `size` samples of each set, one subset that holds them all; precision and recall of torch-fidelity and prdc; the AUROC of scikit-learn.
`fid.svd` takes the trace of the root from the singular values of the centred data: exact to rounding also where covariances are singular.

    python3 -m venv peers && peers/bin/pip install numpy scipy scikit-learn torch torchvision torch-fidelity clean-fid pytorch-fid prdc
    peers/bin/python metrics.py            # writes ../../vapo/metric/testdata/golden.json
    peers/bin/python metrics.py my.json
"""

import contextlib
import importlib.metadata
import json
import pathlib
import sys

import cleanfid.fid
import numpy as np
import prdc
import pytorch_fid.fid_score
import sklearn.metrics
import torch
import torch_fidelity.metric_fid
import torch_fidelity.metric_kid
import torch_fidelity.metric_prc

PACKAGES = ["numpy", "scipy", "scikit-learn", "torch", "torch-fidelity", "clean-fid", "pytorch-fid", "prdc"]

# name, samples a, samples b, features, latent dimensions: covariances are singular where there are few samples or few latent dimensions
CASES = [
    ("full rank", 600, 500, 64, 64),
    ("fewer samples than features", 40, 50, 64, 64),
    ("features on a plane", 300, 200, 64, 20),
    ("wide", 100, 120, 384, 384),
]


def uniform(rows, columns, seed):
    """In [-1/2, 1/2): splitmix64 of a counter that starts at seed * 2^32."""
    with np.errstate(over="ignore"):
        z = np.arange(rows * columns, dtype=np.uint64) + np.uint64(seed << 32)
        z = z * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return ((z >> np.uint64(11)).astype(np.float64) * 2.0**-53 - 0.5).reshape(rows, columns)


def features(n, d, latent, seed, scale, shift):
    """shift + latent noise, of size scale / (1 + k / 8) in direction k, mixed by a matrix that both sets share."""
    sizes = scale / (1 + np.arange(latent) / 8)
    return shift + (uniform(n, latent, seed) * sizes) @ uniform(latent, d, 1)


def fid(a, b):
    moments = [(x.mean(0), np.cov(x, rowvar=False)) for x in (a, b)]
    (mu_a, cov_a), (mu_b, cov_b) = moments
    centred = [(x - x.mean(0)) / np.sqrt(len(x) - 1) for x in (a, b)]
    root = np.linalg.svd(centred[0] @ centred[1].T, compute_uv=False).sum()
    stats = [{"mu": mu, "sigma": cov} for mu, cov in moments]
    return {
        "svd": ((mu_a - mu_b) ** 2).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * root,
        "pytorch-fid": pytorch_fid.fid_score.calculate_frechet_distance(mu_a, cov_a, mu_b, cov_b),
        "torch-fidelity": torch_fidelity.metric_fid.fid_statistics_to_metric(*stats, verbose=False)["frechet_inception_distance"],
        "clean-fid": cleanfid.fid.frechet_distance(mu_a, cov_a, mu_b, cov_b),
    }


def kid(a, b):
    size = min(len(a), len(b))
    a, b = a[:size], b[:size]
    theirs = torch_fidelity.metric_kid.kid_features_to_metric(
        torch.from_numpy(a), torch.from_numpy(b), kid_subsets=1, kid_subset_size=size, verbose=False)
    return {
        "torch-fidelity": theirs["kernel_inception_distance_mean"],
        "clean-fid": cleanfid.fid.kernel_distance(a, b, num_subsets=1, max_subset_size=size),
    }


def precision_recall(real, generated, k):
    theirs = torch_fidelity.metric_prc.prc_features_to_metric(
        torch.from_numpy(generated), torch.from_numpy(real), prc_neighborhood=k, verbose=False)
    other = prdc.compute_prdc(real, generated, k)
    return {
        "k": k,
        "torch-fidelity": [theirs["precision"], theirs["recall"]],
        "prdc": [float(other["precision"]), float(other["recall"])],
    }


def case(name, n, m, d, latent):
    a = features(n, d, latent, 2, 1.0, 0.0)
    b = features(m, d, latent, 3, 1.1, 0.05)
    return {
        "name": name, "n": n, "m": m, "d": d, "latent": latent,
        "fid": fid(a, b), "kid": kid(a, b), "precision_recall": [precision_recall(a, b, k) for k in (3, 5)],
    }


def auroc():
    """Scores in steps of a tenth: most of them have equals."""
    inside = np.floor(10 * uniform(1, 300, 4)[0])
    outside = np.floor(10 * uniform(1, 170, 5)[0]) + 2
    labels = np.r_[np.zeros(300), np.ones(170)]
    return sklearn.metrics.roc_auc_score(labels, np.r_[inside, outside])


def main():
    default = pathlib.Path(__file__).resolve().parents[2] / "vapo" / "metric" / "testdata" / "golden.json"
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    with contextlib.redirect_stdout(sys.stderr):  # the packages print
        golden = {
            "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
            "cases": [case(*c) for c in CASES],
            "auroc": auroc(),
        }
    path.write_text(json.dumps(golden, indent=1, default=float) + "\n")
    print(path)


if __name__ == "__main__":
    main()
