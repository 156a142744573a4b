"""Given: data and pictures for hand-ins of the assignment's TensorFlow 1 years, under the names and with the arguments of
that time. The images are those that this grading has; `served_data.py`, next to this file, reads them.

Nothing in this file is yours to write.
"""

import functools
import json
from pathlib import Path

import numpy as np
from Utils.served_data import blur_image as _blur
from Utils.served_data import load_CIFAR10 as _load_cifar10
from Utils.served_data import load_images, plot_conv_images  # noqa: F401 (given on)

HERE = Path(__file__).parent
IMAGES = HERE / "pretrained_images.npz"
ORIGINAL = HERE / "original_network.json"  # where the original network and its images are, if they are
EXPECTED = HERE / "expected_network.json"
AS_MANY_AS_EVER = 25  # how many images there were


def load_CIFAR10(val_batch=(5,)):
    """X_train, Y_train, X_val, Y_val, X_test, Y_test, Class_names: images float32 (N, 32, 32, 3), normalised; labels (N,).

    Which images are for validation is settled by who serves them: `val_batch` is there for its name.
    """
    return _load_cifar10()


def load_ImageNet_val(num=None):
    """The first `num` images that go with `SqueezeNet`, 25 where no number is given.

    Returns:
        X, Y, Class_names: float32 array (num, H, W, 3), normalised; int64 array (num,); and a dict from class number to name.
    """
    stored, expected = _stored(), expected_network()
    count = min(AS_MANY_AS_EVER if num is None else num, len(stored["pixels"]))
    names = [str(name) for name in stored["class_names"]]
    class_names = {number: names[number % len(names)] for number in range(expected["classes"])}
    class_names.update({number: f"{name} {number}" for number, name in class_names.items() if number >= len(names)})
    images = np.stack([_enlarged(pixels, expected) for pixels in stored["pixels"][:count]])
    return _normalised(images), stored["labels"][:count].astype(np.int64), class_names


def random_noise_image(num_iterations=100):
    """`num_iterations` images of noise, float32 (num_iterations, H, W, 3): pixels from 0 to 255, normalised."""
    expected = expected_network()
    images = np.empty((num_iterations, expected["height"], expected["width"], 3), np.float32)
    for image in images:
        image[...] = _normalised(255 * np.random.rand(*image.shape))
    return images


def jitter_image(X, ox, oy):
    """Images (N, H, W, 3) moved by `ox` rows and `oy` columns; what leaves on one side comes back on the other."""
    return np.roll(X, (ox, oy), axis=(1, 2))


def unjitter_image(X, ox, oy):
    """Images moved back, and clipped to values that pixels can have."""
    mean, deviation = normalisation()
    return np.clip(np.roll(X, (-ox, -oy), axis=(1, 2)), -mean / deviation, (255 - mean) / deviation)


def blur_image(X, sigma=1):
    """Images (N, H, W, 3) blurred with a Gaussian of standard deviation `sigma` pixels."""
    return _blur(X, sigma)


def plot_images(
    X, Y, C, idx=0, Each_Category=False, SaliencyMaps=None, ClassRepresentatve=None, Adversarial=None, Target_y=None
):
    """Shows images with the names `C` of their classes `Y`: five of them from `idx` on, or

    one of each class (Each_Category); five with their saliency maps below; four stages of a class representative image;
    or an image, the adversarial one made of it for class Target_y, their difference, and ten times that.
    """
    import matplotlib.pyplot as plt

    if Each_Category:
        classes = sorted(set(np.asarray(Y[idx:]).tolist()))[:10]
        places = [idx + int(np.flatnonzero(np.asarray(Y[idx:]) == each)[0]) for each in classes]
        _row(plt, [(_stretched(X[place]), C[Y[place]]) for place in places], columns=5)
    elif SaliencyMaps is not None:
        places = range(idx, min(idx + 5, len(X)))
        images = [(_shown(X[place]), C[Y[place]]) for place in places]
        _row(plt, images + [(SaliencyMaps[place], C[Y[place]]) for place in places], columns=len(places))
    elif ClassRepresentatve is not None:
        steps = [len(X) // 4 * quarter for quarter in range(1, 5)]
        _row(plt, [(_shown(X[step]), f"{C[Y]}, step {step}") for step in steps], columns=2)
    elif Adversarial is not None:
        difference = (np.asarray(X) - Adversarial)[0]
        shown = [(_shown(X[0]), C[Y[0]]), (_shown(Adversarial[0]), C[Target_y])]
        shown += [(_shown(difference), "difference"), (_shown(10 * difference), "10 x difference")]
        _row(plt, shown, columns=4)
    else:
        _row(plt, [(_shown(X[place]), C[Y[place]]) for place in range(idx, min(idx + 5, len(X)))], columns=5)
    plt.show()


def maybe_download_and_extract(DATA_URL):
    """Says that there is nothing to download: all data is here."""
    print("The data is here already.")


@functools.cache
def expected_network():
    """What the notebook expects of the pretrained network: ``height`` and ``width`` of images, number of ``classes``."""
    if EXPECTED.is_file():
        return json.loads(EXPECTED.read_text(encoding="utf-8"))
    return {"height": 224, "width": 224, "classes": 1000}


@functools.cache
def original():
    """The paths of the original network's ``graph`` and ``images``; None where a smaller one stands in for it."""
    return json.loads(ORIGINAL.read_text(encoding="utf-8")) if ORIGINAL.is_file() else None


def normalisation():
    """Mean and deviation of pixels, one number each or one for each colour: X = (pixels - mean) / deviation.

    The deviation grows with the images: so an enlarged image, and a step of gradient ascent on it, has the L2 norm that
    the small one would have, and takes the network as far.
    """
    stored, expected = _stored(), expected_network()
    size = enlargement(expected["height"], expected["width"])
    return stored["mean"].astype(np.float32)[()], (stored["deviation"] * size).astype(np.float32)[()]


def enlargement(height, width):
    """How many times larger images of this size are than the stored ones, in whole numbers."""
    return max(1, min(height, width) // _stored()["pixels"].shape[1])


@functools.cache
def _stored():
    told = original()
    with np.load(IMAGES if told is None else told["images"], allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def _normalised(pixels):
    mean, deviation = normalisation()
    return ((pixels - mean) / deviation).astype(np.float32)


def _enlarged(pixels, expected):
    """One image at the size that is expected: every pixel many times, and its borders continued where need be."""
    size = enlargement(expected["height"], expected["width"])
    large = pixels.repeat(size, axis=0).repeat(size, axis=1)
    missing = [
        max(extent - large.shape[axis], 0) for axis, extent in enumerate((expected["height"], expected["width"]))
    ]
    around = [(each // 2, each - each // 2) for each in missing]
    return np.pad(large, [*around, (0, 0)], "edge")


def _shown(image):
    mean, deviation = normalisation()
    return np.clip(np.rint(np.asarray(image) * deviation + mean), 0, 255).astype(np.uint8)


def _stretched(image):
    low, high = float(np.min(image)), float(np.max(image))
    return (image - low) / max(high - low, 1e-12)


def _row(plt, pictures, columns):
    rows = -(-len(pictures) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(2.4 * columns, 2.6 * rows), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for (picture, title), axis in zip(pictures, axes.flat, strict=False):
        axis.imshow(picture, cmap="hot" if np.ndim(picture) == 2 else None)
        axis.set_title(title, fontsize=8)
    figure.tight_layout()


# The names that hand-ins of that time may import, as shares of 255 and for each colour.
IMAGENET_MEAN, IMAGENET_STD = (np.full(3, value / 255, np.float32) for value in normalisation())
