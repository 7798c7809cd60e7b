"""pytorch-fid's own numbers for the tests of vapo/metric/inception, without the published weights.

Every parameter of pytorch-fid's network is filled by a formula: SplitMix64 of the parameter's name (FNV-1a) and the element's
index, scaled as He et al. (2015) so that activations stay of order one. Images come from the same hash, in integers.
The Go test makes the same weights and images. Written to the package's testdata:

    golden.npz   features of a few images of several sizes at the four places, resized to 299x299 by pytorch-fid, and the FID
                 of two sets of 4,096 images 32x32 by 64 features, not resized (resize_input=False: a hundredth of the work)
    small.pth, small-plain.pth
                 a few tensors as torch.save writes them now (a zip archive) and wrote them before PyTorch 1.6

    python3 -m venv peers && peers/bin/pip install torch torchvision pytorch-fid
    peers/bin/python inception.py                   # a minute or two
    peers/bin/python inception.py --weights F.pth   # also keeps the filled network; VAPO_TEST_INCEPTION=F.pth go test reads it
"""

import argparse
import pathlib
import tempfile
from collections import OrderedDict

import numpy as np
import torch
import torchvision
from pytorch_fid import fid_score, inception

TESTDATA = pathlib.Path(__file__).parents[2] / "vapo" / "metric" / "inception" / "testdata"
SETS = {"first": (256, 32), "second": (192, 96)}  # levels of the base colour, of the noise
IMAGES = 4096  # in each set
SHAPES = [(32, 32), (64, 64), (299, 299), (320, 400)]  # upsampled, upsampled, as it is, downsampled
EACH = 2  # images of each shape


def bits(name, index):
    """SplitMix64 of the index-th number after the FNV-1a hash of the name."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    z = np.uint64(seed) + (np.asarray(index, np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def parameter(name, shape):
    """A parameter by formula, float32; u is uniform in [-1, 1) on 2^24 levels."""
    size = int(np.prod(shape))
    u = (bits(name, np.arange(size)) >> np.uint64(40)).astype(np.float64) / 2**23 - 1
    if name.endswith("running_var"):
        u = 1 + u / 2
    elif name.endswith("bn.weight"):
        u = 1 + u / 4
    elif len(shape) > 1:
        u = u * np.sqrt(6 / np.prod(shape[1:]))
    else:
        u = u / 4
    return torch.from_numpy(u.astype(np.float32).reshape(shape))


def levels(name, first, count, height, width):
    """Images first ... first+count-1 of a set, uint8 [count, height, width, 3]: a colour, two slopes and noise."""
    colours, amplitude = SETS[name]
    i, y, x, c = np.ogrid[first : first + count, :height, :width, :3]
    draw = lambda what, index, n: (bits(f"{name} {what}", index) % np.uint64(n)).astype(np.int64)
    level = draw("base", 3 * i + c, colours) + draw("right", 3 * i + c, 129) * x // width + draw("down", 3 * i + c, 129) * y // height
    level = level + draw("noise", ((i * height + y) * width + x) * 3 + c, amplitude + 1) - 128
    return np.clip(level, 0, 255).astype(np.uint8)


def network(dim, path, resize=True):
    """pytorch-fid's network up to a place, reading its weights from path instead of the network."""
    inception.load_state_dict_from_url = lambda url, progress: torch.load(path)
    return inception.InceptionV3([inception.InceptionV3.BLOCK_INDEX_BY_DIM[dim]], resize_input=resize).eval()


def features(model, images):
    """As fid_score.get_activations does with files: ToTensor, the network, the mean over positions."""
    with torch.no_grad():
        x = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
        return torch.nn.functional.adaptive_avg_pool2d(model(x)[0], (1, 1)).flatten(1).numpy()


def fid(model):
    """pytorch-fid's distance of the two sets."""
    statistics = []
    for name in SETS:
        rows = np.concatenate([features(model, levels(name, i, 64, 32, 32)) for i in range(0, IMAGES, 64)])
        statistics += [np.mean(rows, axis=0, dtype=np.float64), np.cov(rows.astype(np.float64), rowvar=False)]
    return fid_score.calculate_frechet_distance(*statistics)


def small():
    """A state dictionary with what a reader can meet: strides, an offset, shared storage, several types, a scalar, nothing."""
    ramp = torch.arange(24, dtype=torch.float32) / 8
    state = OrderedDict({
        "plain": ramp.reshape(2, 3, 4),
        "transposed": ramp.reshape(4, 6).t(),
        "every second from the fifth": ramp[5:17:2],
        "half": (ramp - 1.5).half(),
        "half, transposed": (ramp * 1000).half().reshape(2, 12).t(),
        "double": ramp.double().reshape(6, 4)[1:3],
        "scalar": torch.tensor(0.1),
        "empty": torch.zeros(0, 3),
        "num_batches_tracked": torch.tensor(7),
    })
    state._metadata = OrderedDict({"": {"version": 1}})  # as module.state_dict() has
    return state


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weights", help="where to keep the filled network")
    options = parser.parse_args()
    TESTDATA.mkdir(exist_ok=True)
    torch.save(small(), TESTDATA / "small.pth")
    torch.save(small(), TESTDATA / "small-plain.pth", _use_new_zipfile_serialization=False)

    path = options.weights or tempfile.NamedTemporaryFile(suffix=".pth").name
    shapes = torchvision.models.inception_v3(num_classes=1008, aux_logits=False, init_weights=False).state_dict()
    torch.save({k: parameter(k, v.shape) if v.is_floating_point() else v for k, v in shapes.items()}, path)

    golden = {}
    for dim in inception.InceptionV3.BLOCK_INDEX_BY_DIM:
        model = network(dim, path)
        rows = [features(model, levels("first", 0, EACH, h, w)) for h, w in SHAPES]
        golden[f"features{dim}"] = np.concatenate(rows)
        print(dim, "features: rms", np.sqrt(np.mean(np.square(rows))), "between images", np.std(rows, axis=(0, 1)).mean(), flush=True)
    golden["fid64"] = np.array([fid(network(64, path, resize=False))])
    print("FID by 64 features, 32x32:", golden["fid64"])
    np.savez(TESTDATA / "golden.npz", **golden)
    if not options.weights:
        pathlib.Path(path).unlink()


if __name__ == "__main__":
    main()
