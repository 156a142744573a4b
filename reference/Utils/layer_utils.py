"""Part 1: the layers of a convolutional network, forward and backward, in NumPy alone.

Four functions are yours: conv_forward, conv_backward, max_pool_forward and max_pool_backward. The functions below them
whose names start with Test_ are called by the notebook and print nothing themselves: they return how far off you are.

Images are arrays of shape (N, H, W, C): picture, row, column, channel. A gradient has the shape of what it belongs to:
dx that of x, dw that of w. No deep-learning framework may be used in this file.
"""

import numpy as np


# BEGIN REFERENCE ONLY
def same_padding(size, kernel, stride, convention="tensorflow"):
    """How many zeros 'same' padding puts before and after one axis.

    'same' promises ceil(size / stride) output positions. With stride 1 that fixes the padding: kernel - 1 in all. With a
    larger stride several amounts keep the promise, and two conventions are in use:

    - "tensorflow": just enough for the last window to end inside the padded axis, max((O - 1) * stride + kernel - size, 0).
    - "stride_independent": kernel - 1 whatever the stride, as if the layer were computed with stride 1 and then thinned.

    Args:
        size, kernel, stride: Lengths along this axis, in pixels, each at least 1.
        convention: "tensorflow" or "stride_independent".

    Returns:
        (before, after), in pixels. An odd total gives its extra pixel to the end: bottom or right.
    """
    if convention == "tensorflow":
        positions = -(-size // stride)  # ceil(size / stride) in whole numbers
        total = max((positions - 1) * stride + kernel - size, 0)
    elif convention == "stride_independent":
        total = kernel - 1
    else:
        raise ValueError(f"padding_convention is {convention!r}; it may be 'tensorflow' or 'stride_independent'")
    return total // 2, total - total // 2


def conv_padding(x, w, conv_param):
    """The zeros around x: ((top, bottom), (left, right)), in pixels."""
    if conv_param["padding"] == "valid":
        return (0, 0), (0, 0)
    if conv_param["padding"] != "same":
        raise ValueError(f"padding is {conv_param['padding']!r}; it may be 'valid' or 'same'")
    convention = conv_param.get("padding_convention", "tensorflow")
    (height, width), (kernel_height, kernel_width) = x.shape[1:3], w.shape[1:3]
    stride_height, stride_width = spatial_stride(conv_param)
    return (
        same_padding(height, kernel_height, stride_height, convention),
        same_padding(width, kernel_width, stride_width, convention),
    )


def zero_pad(x, padding):
    """A copy of x (N, H, W, C) with a border of zeros. padding is ((top, bottom), (left, right))."""
    return np.pad(x, ((0, 0), *padding, (0, 0)))


def spatial_stride(param):
    """(SH, SW) out of the stride (1, SH, SW, 1), which may be a list, a tuple or an array."""
    return int(param["stride"][1]), int(param["stride"][2])


def windows_of(x, window, stride):
    """Every window that a layer looks at, side by side.

    Nothing is copied: the result is a view that steps through the memory of x in another order, and pixels where windows
    overlap appear several times. So it is read-only.

    Args:
        x: (N, H, W, C), already padded.
        window, stride: (height, width), in pixels.

    Returns:
        (N, OH, OW, window height, window width, C): which picture, which output position, where in the window, channel.
    """
    every = np.lib.stride_tricks.sliding_window_view(
        x, window, axis=(1, 2)
    )  # (N, ., ., C, window height, window width)
    return np.moveaxis(every[:, :: stride[0], :: stride[1]], 3, -1)


def add_windows(windows, shape, stride):
    """The reverse of windows_of: puts every window back where it was cut out, and adds up where windows overlap.

    A pixel that several windows looked at has acted on the loss through each of them, so its gradient is the sum of theirs.
    A pixel that no window looked at has not acted at all and keeps the zero.

    Args:
        windows: (N, OH, OW, window height, window width, C).
        shape: (N, H, W, C) of the array that the windows were cut out of.
        stride: (height, width), in pixels.

    Returns:
        The sum, of the given shape.
    """
    total = np.zeros(shape, windows.dtype)
    output_height, output_width, window_height, window_width = windows.shape[1:5]
    # Within one window no two cells are the same pixel, nor are the same cells of two windows. So the loop runs over the
    # few cells of a window, and each round adds that cell of *all* windows of all pictures, without any collision.
    for row in range(window_height):
        for column in range(window_width):
            rows = slice(row, row + stride[0] * output_height, stride[0])
            columns = slice(column, column + stride[1] * output_width, stride[1])
            total[:, rows, columns] += windows[:, :, :, row, column]
    return total


# END REFERENCE ONLY
def conv_forward(x, w, b, conv_param):
    """Forward pass of a convolution layer (as everywhere in deep learning a cross-correlation: no kernel is flipped).

    Args:
        x: Pictures, (N, H, W, C).
        w: Filters, (F, WH, WW, C).
        b: One number for each filter, (F,).
        conv_param: A dictionary with
            'stride': (1, SH, SW, 1), a list or an array: how far the window moves, in pixels, down and to the right;
            'padding': 'valid' (none) or 'same' (zeros around the picture, so that OH = ceil(H / SH) and
            OW = ceil(W / SW); where the two sides cannot be equal, the bottom and the right get the extra zeros).

    Returns:
        out: (N, OH, OW, F). With 'valid', OH = (H - WH) // SH + 1 and OW = (W - WW) // SW + 1.
        cache: (x, w, b, conv_param), for the backward pass.
    """
    # BEGIN SOLUTION(p1.conv_forward)
    padded = zero_pad(x, conv_padding(x, w, conv_param))
    windows = windows_of(padded, w.shape[1:3], spatial_stride(conv_param))

    # Each output is the sum, over the three axes that a window and a filter share (row, column, channel), of their
    # product:  out[n, i, j, f] = sum over h, k, c of  windows[n, i, j, h, k, c] * w[f, h, k, c]  + b[f].
    # tensordot turns all of these sums into one multiplication of two matrices.
    out = np.tensordot(windows, w, axes=([3, 4, 5], [1, 2, 3])) + b
    return out, (x, w, b, conv_param)
    # END SOLUTION


def conv_backward(dout, cache):
    """Backward pass of a convolution layer.

    Args:
        dout: The gradient of the loss with respect to the layer's output, (N, OH, OW, F).
        cache: (x, w, b, conv_param), as conv_forward returns it.

    Returns:
        dx: (N, H, W, C), dw: (F, WH, WW, C), db: (F,): the gradients with respect to x, w and b.
    """
    # BEGIN SOLUTION(p1.conv_backward)
    x, w, _, conv_param = cache
    padding = conv_padding(x, w, conv_param)
    stride = spatial_stride(conv_param)
    padded = zero_pad(x, padding)
    windows = windows_of(padded, w.shape[1:3], stride)

    # out[n, i, j, f] = sum of windows[n, i, j, h, k, c] * w[f, h, k, c] + b[f]  is linear in each of its three parts, so
    # the gradient of one part is dout times the other factor, summed over every axis that the part does not have.
    db = dout.sum(axis=(0, 1, 2))
    dw = np.tensordot(dout, windows, axes=([0, 1, 2], [0, 1, 2]))
    dwindows = np.tensordot(dout, w, axes=(3, 0))

    # The windows are not what was given: they are pixels of the padded picture, some of them many times over.
    dpadded = add_windows(dwindows, padded.shape, stride)
    # Zeros that padding put in are constants: their gradient is cut off.
    (top, _), (left, _) = padding
    dx = dpadded[:, top : top + x.shape[1], left : left + x.shape[2]]
    return dx, dw, db
    # END SOLUTION


def max_pool_forward(x, pool_param):
    """Forward pass of a max-pooling layer, without padding.

    Args:
        x: Pictures, (N, H, W, C). Each channel is pooled by itself.
        pool_param: A dictionary with 'pool_height' and 'pool_width' (PH and PW, the window, in pixels) and
            'stride': (1, SH, SW, 1), a list or an array, in pixels.

    Returns:
        out: (N, OH, OW, C), with OH = (H - PH) // SH + 1 and OW = (W - PW) // SW + 1.
        cache: (x, pool_param), for the backward pass.
    """
    # BEGIN SOLUTION(p1.max_pool_forward)
    window = (pool_param["pool_height"], pool_param["pool_width"])
    windows = windows_of(x, window, spatial_stride(pool_param))
    out = windows.max(axis=(3, 4))
    return out, (x, pool_param)
    # END SOLUTION


def max_pool_backward(dout, cache):
    """Backward pass of a max-pooling layer.

    Args:
        dout: The gradient of the loss with respect to the layer's output, (N, OH, OW, C).
        cache: (x, pool_param), as max_pool_forward returns it.

    Returns:
        dx: The gradient with respect to x, (N, H, W, C).
    """
    # BEGIN SOLUTION(p1.max_pool_backward)
    x, pool_param = cache
    window = (pool_param["pool_height"], pool_param["pool_width"])
    stride = spatial_stride(pool_param)
    windows = windows_of(x, window, stride)

    # Only the largest cell of a window reached the output, so it alone gets the gradient. argmax wants a single axis:
    # the cells of a window, row after row. Of equal cells it names the first, so that there is exactly one winner; giving
    # dout to every one of them would make the gradient too large.
    cells = windows.reshape(*windows.shape[:3], window[0] * window[1], x.shape[3])  # (N, OH, OW, PH * PW, C)
    winner = cells.argmax(axis=3)
    is_winner = np.arange(window[0] * window[1])[:, np.newaxis] == winner[:, :, :, np.newaxis]
    dcells = np.where(is_winner, dout[:, :, :, np.newaxis], np.zeros((), dout.dtype))

    # A cell can win in several windows that overlap; add_windows sums these up.
    return add_windows(dcells.reshape(windows.shape), x.shape, stride)
    # END SOLUTION


# The notebook calls what follows. Nothing below is yours to write.

# Stored results of the forward tests: rows of three filters (two channels), position by position.
EXPECTED_VALID = np.array(
    [
        [16.2265625, -3.65234375, 4.16015625],
        [4.2890625, -2.6015625, 2.80078125],
        [5.765625, -1.24609375, 1.89453125],
        [-1.26953125, 8.4296875, 6.4375],
        [-8.71484375, 2.92578125, -2.25390625],
        [5.35546875, -0.34375, 10.890625],
        [-4.48046875, 9.921875, 7.25],
        [-2.15234375, 10.17578125, -4.234375],
    ]
).reshape((2, 2, 2, 3))

EXPECTED_SAME_LEAST = np.array(
    [
        [22.853515625, -8.935546875, -0.900390625],
        [-1.857421875, 14.73046875, 10.435546875],
        [-12.890625, 9.50390625, -1.244140625],
        [-14.283203125, -1.328125, 14.146484375],
    ]
).reshape((1, 2, 2, 3))

EXPECTED_SAME_STRIDE_INDEPENDENT = np.array(
    [
        [-6.31640625, 9.568359375, 0.79296875],
        [-8.365234375, 0.248046875, 7.341796875],
        [16.857421875, -12.427734375, 3.775390625],
        [14.013671875, 1.7890625, -0.634765625],
    ]
).reshape((1, 2, 2, 3))

EXPECTED_POOL = np.array(
    [
        [-1.125, 1.125],
        [-0.25, 1.125],
        [0.375, -3.25],
        [0.375, -1.375],
        [0.125, 0.5],
        [0.125, 0.25],
        [1.25, -0.375],
        [1.25, -2.5],
    ]
).reshape((2, 2, 2, 2))


def relative_error(actual, expected):
    """The largest difference between two arrays, measured against the largest expected value: 0 where they are equal."""
    actual = np.asarray(actual)
    if actual.shape != expected.shape:
        raise ValueError(f"the result has shape {actual.shape}, expected {expected.shape}")
    return float(np.max(np.abs(actual - expected)) / np.max(np.abs(expected)))


def numerical_gradient(function, x, dout, step=2**-7):
    """The gradient of sum(function(x) * dout) with respect to x by central differences. Slow: two calls for each cell.

    For a smooth function the step has to be tiny. The layers here are linear (max pooling is, as long as no other cell
    becomes the largest), and along a straight line a long step is as exact as a short one and loses less to rounding.

    Args:
        function: Takes an array of the shape of x, returns one of the shape of dout.
        x: float64, any shape. It is left as it was.
        step: How far each cell of x is moved to both sides, in the units of x.
    """
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        moved = x.copy()
        moved[index] = x[index] + step
        above = np.asarray(function(moved))
        moved[index] = x[index] - step
        below = np.asarray(function(moved))
        gradient[index] = np.sum((above - below) * dout) / (2 * step)
    return gradient


def sample_values(shape, modulus, divisor):
    """An array without randomness: multiples of 1 / divisor on both sides of zero, in no visible order.

    With a power of two as divisor, sums of products come out exact in floating point, whatever their order.
    """
    cubes = np.arange(np.prod(shape)) ** 3
    return (cubes % modulus - modulus // 2).reshape(shape) / divisor


def Test_conv_forward(num):
    """Compares conv_forward with stored results.

    Args:
        num: 1 for 'valid', 2 for 'same' padding.

    Returns:
        The relative error: about 0. With 'same' and a stride above 1 the amount of padding is open, so two answers are
        stored and the nearer one counts: as little padding as the stride needs, or the same padding whatever the stride.
    """
    if num == 1:
        x = sample_values((2, 4, 6, 2), 101, 16)
        w = sample_values((3, 3, 2, 2), 47, 16)
        conv_param = {"stride": [1, 1, 3, 1], "padding": "valid"}
        answers = [EXPECTED_VALID]
    elif num == 2:
        x = sample_values((1, 6, 8, 2), 101, 16)
        w = sample_values((3, 4, 5, 2), 131, 32)
        conv_param = {"stride": [1, 3, 4, 1], "padding": "same"}
        answers = [EXPECTED_SAME_LEAST, EXPECTED_SAME_STRIDE_INDEPENDENT]
    else:
        raise ValueError(f"Test_conv_forward({num!r}): there are tests 1 ('valid') and 2 ('same')")
    b = np.array([0.5, -1.25, 2.0])
    out, _ = conv_forward(x, w, b, conv_param)
    return min(relative_error(out, expected) for expected in answers)


def Test_conv_forward_IP(x):
    """Filters pictures with conv_forward and shows what comes out: the filters are not learnt, but chosen by hand.

    Args:
        x: RGB pictures, (N, H, W, 3), values 0 to 255.
    """
    # Imported here, so that this file needs nothing but NumPy.
    from Utils.data_utils import plot_conv_images

    brightness = np.array([0.3, 0.6, 0.1])  # how bright red, green and blue seem to the eye
    smooth = np.array([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
    slope = np.array([-1.0, -2.0, 0.0, 2.0, 1.0]) / 8
    kernels = [
        np.outer(smooth, smooth),  # a blur
        np.outer(smooth, slope),  # edges between left and right
        np.outer(slope, smooth),  # edges between above and below
    ]
    w = np.stack(kernels)[:, :, :, np.newaxis] * brightness
    b = np.zeros(len(kernels))
    out, _ = conv_forward(x, w, b, {"stride": [1, 1, 1, 1], "padding": "same"})
    plot_conv_images(x, out)


def Test_conv_backward(num):
    """Compares conv_backward with central differences of your own conv_forward.

    So it says whether the two belong together; whether the forward pass is right, Test_conv_forward says.

    Args:
        num: 1 for 'valid', 2 for 'same' padding.

    Returns:
        The relative errors of (dx, dw, db): each far below 1e-6 (float32: 1e-4).
    """
    if num not in (1, 2):
        raise ValueError(f"Test_conv_backward({num!r}): there are tests 1 ('valid') and 2 ('same')")
    random = np.random.default_rng(20 + num)
    x = random.standard_normal((2, 5, 6, 3))
    w = random.standard_normal((4, 2, 3, 3))
    b = random.standard_normal(4)
    conv_param = {"stride": [1, 2, 1, 1], "padding": "valid" if num == 1 else "same"}

    out, cache = conv_forward(x, w, b, conv_param)
    dout = random.standard_normal(np.shape(out))
    dx, dw, db = conv_backward(dout, cache)
    return (
        relative_error(dx, numerical_gradient(lambda x: conv_forward(x, w, b, conv_param)[0], x, dout)),
        relative_error(dw, numerical_gradient(lambda w: conv_forward(x, w, b, conv_param)[0], w, dout)),
        relative_error(db, numerical_gradient(lambda b: conv_forward(x, w, b, conv_param)[0], b, dout)),
    )


def Test_max_pool_forward():
    """Compares max_pool_forward with stored results.

    Returns:
        The relative error: 0, since nothing is computed but only chosen.
    """
    x = sample_values((2, 5, 4, 2), 89, 8) - 4.0
    out, _ = max_pool_forward(x, {"pool_height": 2, "pool_width": 3, "stride": [1, 2, 1, 1]})
    return relative_error(out, EXPECTED_POOL)


def Test_max_pool_backward():
    """Compares max_pool_backward with central differences of your own max_pool_forward.

    Returns:
        The relative error of dx: far below 1e-6 (float32: 1e-4).
    """
    random = np.random.default_rng(23)
    # No two values are nearer than 1/32, so that no cell overtakes another when numerical_gradient moves it by 1/128.
    shape = (2, 5, 7, 3)
    x = random.permutation(np.prod(shape)).reshape(shape) / 32
    pool_param = {"pool_height": 3, "pool_width": 2, "stride": [1, 1, 2, 1]}

    out, cache = max_pool_forward(x, pool_param)
    dout = random.standard_normal(np.shape(out))
    dx = max_pool_backward(dout, cache)
    return relative_error(dx, numerical_gradient(lambda x: max_pool_forward(x, pool_param)[0], x, dout))
