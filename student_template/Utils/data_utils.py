"""Given: the data of the assignment, and plots of it. Nothing in this file is yours to write."""

import functools
import json
from pathlib import Path

import numpy as np

SIZE = 200  # height and width of a picture, in pixels
OVERSAMPLING = 3  # pictures are drawn this many times larger and then averaged, which makes their edges smooth


def load_images():
    """Two small pictures, drawn when they are asked for: the same on every machine, for all that is computed is whole numbers.

    Returns:
        float64 array (2, 200, 200, 3): picture, row, column, (red, green, blue). Whole numbers from 0 to 255.
    """
    return np.stack([_draw(_house), _draw(_balloon)]).astype(np.float64)


def plot_conv_images(x, out):
    """Shows pictures, each in a row with what every filter of a convolution layer makes of it.

    Args:
        x: RGB pictures, (N, H, W, 3), values 0 to 255.
        out: The layer's output for them, (N, OH, OW, F), any values: the smallest of a map is drawn black, the largest white.
    """
    # Imported here, so that load_images works where matplotlib is not installed.
    import matplotlib.pyplot as plt

    rows, columns = len(x), 1 + out.shape[-1]
    figure, axes = plt.subplots(rows, columns, figsize=(2.8 * columns, 3.0 * rows), squeeze=False)
    for picture, maps, row in zip(x, out, axes, strict=True):
        row[0].imshow(np.clip(picture, 0, 255).astype(np.uint8))
        for index in range(columns - 1):
            row[1 + index].imshow(maps[:, :, index], cmap="gray")
    for index, axis in enumerate(axes[0]):
        axis.set_title("picture" if index == 0 else f"filter {index}")
    for axis in axes.flat:
        axis.axis("off")
    figure.tight_layout()
    plt.show()


def load_CIFAR10():
    """CIFAR-10 in three splits, normalised: from each value, the mean of the training images at that pixel and colour is
    taken away, and the rest is divided by their standard deviation there.

    Training images are the first four batches, validation images the fifth. Where a file data_location.json lies next to
    this one, the data it names is served instead, which may be fewer images: so ask the arrays how many there are.
    Otherwise Keras' copy is taken; Keras downloads it the first time (170 MB).

    Returns:
        X_train, Y_train, X_val, Y_val, X_test, Y_test, Class_names. Each X is a float32 array (N, 32, 32, 3): image, row,
        column, (red, green, blue); each Y an int64 array (N,) of class numbers 0 to 9; Class_names has ten texts. N is
        40000, 10000 and 10000 for the whole of CIFAR-10. The arrays are yours to change.

    Raises:
        RuntimeError: There is no such data here; the message says what was tried and what to do.
    """
    location = Path(__file__).with_name("data_location.json")
    if location.is_file():
        return _served(location)
    return _from_keras()


def plot_images(images, titles=(), columns=10):
    """Shows images, several to a row.

    Args:
        images: (N, H, W, 3), any values: of each image, the smallest value is drawn darkest and the largest brightest.
        titles: A text for each image, or for the first of them.
        columns: How many images a row has.
    """
    import matplotlib.pyplot as plt

    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(1.3 * columns, 1.5 * rows), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for image, axis in zip(images, axes.flat, strict=False):
        low, high = image.min(), image.max()
        axis.imshow((image - low) / max(high - low, 1e-12))
    for title, axis in zip(titles, axes.flat, strict=False):
        axis.set_title(title, fontsize=8)
    figure.tight_layout()
    plt.show()


def load_ImageNet_val(num):
    """The images that go with the pretrained network of Part 3, normalised: (pixels - mean) / deviation.

    The network has not seen them in its training, and some of them it gets wrong. They are small drawings of ten shapes and
    stand in for the photographs of ImageNet. Where a file model_location.json lies next to this one, the images that it
    names are taken instead, which may be larger and of other classes.

    Args:
        num: How many images, from the first on. There are 100.

    Returns:
        X, Y, Class_names: float32 array (num, H, W, 3): image, row, column, (red, green, blue); int64 array (num,) of
        class numbers; and a list with the name of every class. The arrays are yours to change.

    Raises:
        ValueError: There are not so many images.
        RuntimeError: The file with the images cannot be read; the message says what to do.
    """
    stored = _pretrained_images()
    if not 0 < num <= len(stored["pixels"]):
        raise ValueError(
            f"num is {num}, and there are {len(stored['pixels'])} images: ask for 1 to {len(stored['pixels'])}"
        )
    images = (stored["pixels"][:num].astype(np.float32) - stored["mean"]) / stored["deviation"]
    return images, stored["labels"][:num].astype(np.int64), [str(name) for name in stored["class_names"]]


def random_noise_image(n):
    """Images of noise to start from, normalised like those of load_ImageNet_val and of their size.

    Drawn from NumPy's global generator: after np.random.seed they are the same each time.

    Args:
        n: How many images.

    Returns:
        float32 array (n, H, W, 3) of independent values: normal, mean 0, standard deviation 0.2.
    """
    height, width, colours = _pretrained_images()["pixels"].shape[1:]
    return np.random.normal(0, 0.2, (n, height, width, colours)).astype(np.float32)


def jitter_image(X, ox, oy):
    """Moves images by `ox` columns to the right and `oy` rows down; what leaves on one side comes back on the other.

    Args:
        X: Images (N, H, W, 3), an array or a tensor. They are not changed.
        ox, oy: Whole numbers; negative ones move to the left and up.

    Returns:
        float32 array (N, H, W, 3).
    """
    return np.roll(np.asarray(X, np.float32), (int(oy), int(ox)), axis=(1, 2))


def unjitter_image(X, ox, oy):
    """Moves images back by as much as jitter_image(X, ox, oy) moved them, then makes pixels of them that can be shown.

    Args:
        X: Images (N, H, W, 3), an array or a tensor. They are not changed.
        ox, oy: What was given to jitter_image.

    Returns:
        float32 array (N, H, W, 3); what lies below black is black, and what lies above white is white.
    """
    stored = _pretrained_images()
    black, white = -stored["mean"] / stored["deviation"], (255 - stored["mean"]) / stored["deviation"]
    return np.clip(np.roll(np.asarray(X, np.float32), (-int(oy), -int(ox)), axis=(1, 2)), black, white)


def blur_image(X, sigma):
    """Images blurred with a Gaussian, each colour by itself. At its borders an image is continued by its mirror image.

    Args:
        X: Images (N, H, W, 3), an array or a tensor. They are not changed.
        sigma: The Gaussian's standard deviation in pixels, more than 0.

    Returns:
        float32 array (N, H, W, 3).
    """
    radius = max(1, round(4 * sigma))  # further away, the Gaussian has next to nothing left
    distance = np.arange(-radius, radius + 1)
    kernel = np.exp(-((distance / sigma) ** 2) / 2)
    kernel = (kernel / kernel.sum()).astype(np.float32)
    blurred = np.asarray(X, np.float32)
    for axis in (1, 2):  # down the columns, then along the rows: together a Gaussian in both directions
        around = [(radius, radius) if index == axis else (0, 0) for index in range(4)]
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(blurred, around, "symmetric"), len(kernel), axis)
        blurred = windows @ kernel
    return blurred


CIFAR10_CLASS_NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
ARRAYS = ("X_train", "Y_train", "X_val", "Y_val", "X_test", "Y_test")


@functools.cache
def _pretrained_images():
    """What the file of Part 3's images holds: pixels uint8 (N, H, W, 3), labels (N,), class_names, mean and deviation.

    Mean and deviation are one number each.
    """
    here = Path(__file__).parent
    location, file = here / "model_location.json", here / "pretrained_images.npz"
    try:
        if location.is_file():
            file = Path(json.loads(location.read_text(encoding="utf-8"))["images"])
        with np.load(file, allow_pickle=False) as stored:
            return {name: stored[name] for name in ("pixels", "labels", "class_names", "mean", "deviation")}
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise RuntimeError(
            f"{file} cannot be read ({type(error).__name__}: {error}). Unpack the assignment again and take it from there."
        ) from error


def _served(location):
    """The arrays that a data_location.json names, mapped into memory: only what is looked at is read from the disk."""
    try:
        served = json.loads(location.read_text(encoding="utf-8"))
        folder, names = Path(served["folder"]), served["arrays"]
        # mode "c": changing an array in place changes it in memory alone. asarray makes it an array like any other.
        arrays = [np.asarray(np.load(folder / names[name], mmap_mode="c", allow_pickle=False)) for name in ARRAYS]
        return *arrays, list(served["class_names"])
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise RuntimeError(
            f"The data that {location} names cannot be read ({type(error).__name__}: {error}). "
            "Delete that file to use CIFAR-10 as Keras has it."
        ) from error


def _from_keras():
    """CIFAR-10 from Keras' cache, which Keras fills from the network where it is empty."""
    try:
        from keras.datasets import cifar10
    except ImportError as error:
        raise RuntimeError(
            f"CIFAR-10 comes with Keras, which cannot be imported ({error}): install TensorFlow 2.16 or later."
        ) from error
    try:
        (pixels, labels), (test_pixels, test_labels) = cifar10.load_data()
    except Exception as error:  # Keras raises a bare Exception where the download fails
        raise RuntimeError(
            "CIFAR-10 is neither in Keras' cache (the folder .keras/datasets in your home) nor can it be downloaded "
            f"({type(error).__name__}: {error}). Run this once with a network, or copy that folder from a machine that has it."
        ) from error
    count = len(pixels) * 4 // 5  # the first four of five batches of 10,000
    mean, deviation = _mean_and_deviation(pixels[:count])
    splits = ((pixels[:count], labels[:count]), (pixels[count:], labels[count:]), (test_pixels, test_labels))
    arrays = []
    for split_pixels, split_labels in splits:
        images = split_pixels.astype(np.float32)
        images -= mean
        images /= deviation
        arrays += [images, split_labels.reshape(-1).astype(np.int64)]
    return *arrays, list(CIFAR10_CLASS_NAMES)


def _mean_and_deviation(pixels):
    """Mean and standard deviation, float32 (H, W, C), over images (N, H, W, C) of whole numbers from 0 to 255.

    Summed a thousand images at a time, so that they need not all be held as 64-bit numbers at once.
    """
    total, squares = np.zeros(pixels.shape[1:], np.int64), np.zeros(pixels.shape[1:], np.int64)
    for start in range(0, len(pixels), 1000):
        part = pixels[start : start + 1000].astype(np.int64)
        total += part.sum(axis=0)
        squares += (part**2).sum(axis=0)
    deviation = np.sqrt(len(pixels) * squares - total**2) / len(pixels)
    # A pixel that is the same in all images can be divided by 1 without harm.
    return (total / len(pixels)).astype(np.float32), np.where(deviation > 0, deviation, 1).astype(np.float32)


def _draw(scene):
    """Draws a scene and averages it down to (SIZE, SIZE, 3) whole numbers from 0 to 255."""
    # One pixel of the finished picture is OVERSAMPLING rows high and as many columns wide.
    row, column = np.mgrid[: SIZE * OVERSAMPLING, : SIZE * OVERSAMPLING]
    canvas = np.zeros((SIZE * OVERSAMPLING, SIZE * OVERSAMPLING, 3), np.int64)
    scene(canvas, row, column)
    blocks = canvas.reshape(SIZE, OVERSAMPLING, SIZE, OVERSAMPLING, 3)
    return blocks.sum(axis=(1, 3)) // OVERSAMPLING**2


def _box(row, column, top, left, bottom, right):
    """True inside a rectangle; its borders are given in pixels of the finished picture."""
    top, left, bottom, right = (OVERSAMPLING * border for border in (top, left, bottom, right))
    return (row >= top) & (row < bottom) & (column >= left) & (column < right)


def _disc(row, column, centre_row, centre_column, radius):
    """True inside a circle, given in pixels of the finished picture."""
    height, width = row - OVERSAMPLING * centre_row, column - OVERSAMPLING * centre_column
    return height**2 + width**2 < (OVERSAMPLING * radius) ** 2


def _polygon(row, column, *corners):
    """True inside a convex polygon. Its corners (row, column) go round clockwise, in pixels of the finished picture."""
    inside = np.ones(row.shape, bool)
    for (row_0, column_0), (row_1, column_1) in zip(corners, corners[1:] + corners[:1], strict=True):
        # Which side of the edge a point is on: the sign of a cross product.
        across = (row - OVERSAMPLING * row_0) * (column_1 - column_0)
        inside &= across >= (column - OVERSAMPLING * column_0) * (row_1 - row_0)
    return inside


def _blend(canvas, mask, share, first, second):
    """Paints where mask is true, going from one colour to another as share goes from 0 to 200."""
    share = np.clip(share, 0, SIZE)[mask][:, np.newaxis]
    canvas[mask] = (np.array(first) * (SIZE - share) + np.array(second) * share) // SIZE


def _house(canvas, row, column):
    """A brick house behind a fence, in the hills: straight edges, upright, level and slanted."""
    y, x = row // OVERSAMPLING, column // OVERSAMPLING
    everywhere = np.ones(row.shape, bool)
    _blend(canvas, everywhere, y * 3 // 2, (86, 150, 222), (226, 238, 246))
    canvas[_disc(row, column, 38, 160, 20)] = (255, 214, 72)
    _blend(canvas, _disc(row, column, 235, 30, 130), y, (150, 176, 150), (92, 140, 96))
    _blend(canvas, _disc(row, column, 260, 175, 140), y, (126, 170, 120), (66, 120, 70))
    canvas[_box(row, column, 150, 0, 200, 200)] = (104, 162, 72)

    wall = _box(row, column, 88, 46, 164, 136)
    course = y // 6  # bricks lie in courses; every other one is shifted by half a brick
    joint = (y % 6 == 0) | ((x + 7 * (course % 2)) % 14 == 0)
    canvas[wall] = (176, 84, 62)
    canvas[wall & joint] = (214, 190, 172)
    canvas[_box(row, column, 44, 108, 80, 120)] = (120, 66, 54)
    canvas[_polygon(row, column, (46, 91), (92, 146), (92, 36))] = (74, 62, 74)

    for left in (56, 104):
        canvas[_box(row, column, 102, left, 126, left + 22)] = (246, 244, 236)
        canvas[_box(row, column, 104, left + 2, 124, left + 20)] = (112, 168, 204)
        canvas[_box(row, column, 104, left + 10, 124, left + 12)] = (246, 244, 236)
        canvas[_box(row, column, 113, left + 2, 115, left + 20)] = (246, 244, 236)
    canvas[_box(row, column, 124, 83, 164, 101)] = (64, 92, 76)
    canvas[_disc(row, column, 146, 97, 2)] = (238, 206, 96)

    canvas[_box(row, column, 168, 0, 172, 200)] = (236, 232, 222)
    canvas[_box(row, column, 184, 0, 188, 200)] = (236, 232, 222)
    for left in range(4, SIZE, 14):
        canvas[_box(row, column, 164, left, 196, left + 7)] = (250, 248, 242)
        canvas[_polygon(row, column, (158, left + 3), (164, left + 7), (164, left))] = (250, 248, 242)


def _balloon(canvas, row, column):
    """A striped balloon above the sea: round edges, which point in every direction."""
    y, x = row // OVERSAMPLING, column // OVERSAMPLING
    everywhere = np.ones(row.shape, bool)
    _blend(canvas, everywhere, y * 4 // 3, (40, 74, 140), (250, 196, 160))
    for centre_row, centre_column, radius in (
        (52, 28, 9),
        (48, 40, 12),
        (53, 53, 8),
        (92, 168, 8),
        (88, 178, 11),
        (93, 190, 8),
    ):
        canvas[_disc(row, column, centre_row, centre_column, radius)] = (250, 232, 226)
    sea = _box(row, column, 166, 0, 200, 200)
    _blend(canvas, sea, (y - 166) * 6, (92, 122, 158), (24, 62, 98))
    for top in range(170, SIZE, 7):
        shift = top * 37 % 53
        canvas[_box(row, column, top, 0, top + 2, SIZE) & ((x + shift) % 53 < 24)] = (190, 206, 214)

    # The stripes are where circles flattened towards the axis follow each other: |across| / half-width, in eighths.
    centre_row, centre_column, radius = 72 * OVERSAMPLING, 104 * OVERSAMPLING, 52 * OVERSAMPLING
    above, across = row - centre_row, column - centre_column
    globe = _disc(row, column, 72, 104, 52)
    half_width_squared = np.maximum(radius**2 - above**2, 1)
    stripe = sum((across**2 * 64 >= half_width_squared * step**2).astype(np.int64) for step in (1, 3, 5, 7))
    skirt = _polygon(row, column, (100, 62), (100, 146), (134, 112), (134, 96))
    colours = ((236, 84, 66), (250, 210, 96), (236, 84, 66), (250, 210, 96), (196, 56, 60))
    for index, colour in enumerate(colours):
        canvas[globe & (stripe == index)] = colour
    canvas[skirt & ~globe] = (196, 56, 60)
    canvas[globe & (abs(above - 6 * OVERSAMPLING) < 5 * OVERSAMPLING)] = (52, 86, 132)

    for left, right in ((97, 99), (110, 108)):
        canvas[_polygon(row, column, (134, left), (134, left + 1), (148, right + 1), (148, right))] = (70, 48, 40)
    basket = _box(row, column, 147, 96, 160, 112)
    canvas[basket] = (140, 92, 54)
    canvas[basket & ((y + x) % 4 == 0)] = (98, 60, 36)
