"""Part 1: the layers of a convolutional network, forward and backward, in NumPy alone.

Four functions are yours: conv_forward, conv_backward, max_pool_forward and max_pool_backward. The functions below them
whose names start with Test_ are called by the notebook and print nothing themselves: they return how far off you are.

Images are arrays of shape (N, H, W, C): picture, row, column, channel. A gradient has the shape of what it belongs to:
dx that of x, dw that of w. No deep-learning framework may be used in this file.
"""

import numpy as np


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
    # TODO(p1.conv_forward): write your code here.
    raise NotImplementedError("conv_forward is not written yet")


def conv_backward(dout, cache):
    """Backward pass of a convolution layer.

    Args:
        dout: The gradient of the loss with respect to the layer's output, (N, OH, OW, F).
        cache: (x, w, b, conv_param), as conv_forward returns it.

    Returns:
        dx: (N, H, W, C), dw: (F, WH, WW, C), db: (F,): the gradients with respect to x, w and b.
    """
    # TODO(p1.conv_backward): write your code here.
    raise NotImplementedError("conv_backward is not written yet")


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
    # TODO(p1.max_pool_forward): write your code here.
    raise NotImplementedError("max_pool_forward is not written yet")


def max_pool_backward(dout, cache):
    """Backward pass of a max-pooling layer.

    Args:
        dout: The gradient of the loss with respect to the layer's output, (N, OH, OW, C).
        cache: (x, pool_param), as max_pool_forward returns it.

    Returns:
        dx: The gradient with respect to x, (N, H, W, C).
    """
    # TODO(p1.max_pool_backward): write your code here.
    raise NotImplementedError("max_pool_backward is not written yet")


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
