"""A right answer as a beginner writes it: four nested loops, the stride-independent amount of padding."""

import numpy as np


def pad_amounts(kernel):
    return (kernel - 1) // 2, kernel - 1 - (kernel - 1) // 2


def conv_forward(x, w, b, conv_param):
    N, H, W, C = x.shape
    F, WH, WW, _ = w.shape
    _, SH, SW, _ = conv_param["stride"]
    if conv_param["padding"] == "same":
        top, bottom = pad_amounts(WH)
        left, right = pad_amounts(WW)
    else:
        top = bottom = left = right = 0
    xp = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
    OH = (xp.shape[1] - WH) // SH + 1
    OW = (xp.shape[2] - WW) // SW + 1
    out = np.zeros((N, OH, OW, F))
    for n in range(N):
        for i in range(OH):
            for j in range(OW):
                for f in range(F):
                    window = xp[n, i * SH:i * SH + WH, j * SW:j * SW + WW, :]
                    out[n, i, j, f] = np.sum(window * w[f]) + b[f]
    cache = (x, w, b, conv_param)
    return out, cache


def conv_backward(dout, cache):
    x, w, b, conv_param = cache
    N, H, W, C = x.shape
    F, WH, WW, _ = w.shape
    _, SH, SW, _ = conv_param["stride"]
    if conv_param["padding"] == "same":
        top, bottom = pad_amounts(WH)
        left, right = pad_amounts(WW)
    else:
        top = bottom = left = right = 0
    xp = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
    dxp = np.zeros(xp.shape)
    dw = np.zeros(w.shape)
    for n in range(N):
        for i in range(dout.shape[1]):
            for j in range(dout.shape[2]):
                for f in range(F):
                    rows, cols = slice(i * SH, i * SH + WH), slice(j * SW, j * SW + WW)
                    dxp[n, rows, cols, :] += dout[n, i, j, f] * w[f]
                    dw[f] += dout[n, i, j, f] * xp[n, rows, cols, :]
    db = dout.sum(axis=(0, 1, 2))
    dx = dxp[:, top:top + H, left:left + W, :]
    return dx, dw, db


def max_pool_forward(x, pool_param):
    N, H, W, C = x.shape
    PH, PW = pool_param["pool_height"], pool_param["pool_width"]
    _, SH, SW, _ = pool_param["stride"]
    OH, OW = (H - PH) // SH + 1, (W - PW) // SW + 1
    out = np.zeros((N, OH, OW, C))
    for i in range(OH):
        for j in range(OW):
            window = x[:, i * SH:i * SH + PH, j * SW:j * SW + PW, :]
            out[:, i, j, :] = window.max(axis=(1, 2))
    return out, (x, pool_param)


def max_pool_backward(dout, cache):
    x, pool_param = cache
    PH, PW = pool_param["pool_height"], pool_param["pool_width"]
    _, SH, SW, _ = pool_param["stride"]
    dx = np.zeros(x.shape)
    for n in range(dout.shape[0]):
        for i in range(dout.shape[1]):
            for j in range(dout.shape[2]):
                for c in range(dout.shape[3]):
                    window = x[n, i * SH:i * SH + PH, j * SW:j * SW + PW, c]
                    h, v = np.unravel_index(window.argmax(), window.shape)
                    dx[n, i * SH + h, j * SW + v, c] += dout[n, i, j, c]
    return dx
