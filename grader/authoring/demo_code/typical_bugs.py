"""Five slips that hand-ins really have, each in otherwise right code."""

from __future__ import annotations

from grader.authoring.demo_code.body import Bodies, changed
from grader.authoring.demo_code.nested_loops import (
    CONV_BACKWARD,
    CONV_FORWARD,
    MAX_POOL_BACKWARD,
    MAX_POOL_FORWARD,
    NESTED_LOOPS,
)

#: A convolution as in signal processing. Its backward pass is the exact gradient of this wrong forward pass.
KERNEL_FLIPPED: Bodies = {
    **NESTED_LOOPS,
    "conv_forward": changed(CONV_FORWARD, ("window * w[f]", "window * w[f, ::-1, ::-1, :]")),
    "conv_backward": changed(
        CONV_BACKWARD,
        ("dout[n, i, j, f] * w[f]", "dout[n, i, j, f] * w[f, ::-1, ::-1, :]"),
        ("dout[n, i, j, f] * window", "dout[n, i, j, f] * window[::-1, ::-1, :]"),
    ),
}

#: The two spatial strides in the wrong order: nothing shows as long as they are equal.
STRIDES_SWAPPED: Bodies = {
    **NESTED_LOOPS,
    "conv_forward": changed(
        CONV_FORWARD,
        ("SH, SW = conv_param['stride'][1], conv_param['stride'][2]", "_, SW, SH, _ = conv_param['stride']"),
    ),
}

#: A running maximum that starts from zero: wrong as soon as a window is negative throughout.
POOL_FROM_ZERO: Bodies = {
    **NESTED_LOOPS,
    "max_pool_forward": changed(
        MAX_POOL_FORWARD,
        (
            "                out[n, i, j, c] = np.max(x[n, i * SH:i * SH + PH, j * SW:j * SW + PW, c])\n",
            "                largest = 0.0\n"
            "                for row in range(i * SH, i * SH + PH):\n"
            "                    for column in range(j * SW, j * SW + PW):\n"
            "                        if x[n, row, column, c] > largest:\n"
            "                            largest = x[n, row, column, c]\n"
            "                out[n, i, j, c] = largest\n",
        ),
    ),
}

#: Where windows overlap the last one wins, instead of all being added up.
OVERLAP_LOST: Bodies = {
    **NESTED_LOOPS,
    "conv_backward": changed(CONV_BACKWARD, ("] += dwindow", "] = dwindow")),
    "max_pool_backward": changed(MAX_POOL_BACKWARD, ("c] += dout[n, i, j, c]", "c] = dout[n, i, j, c]")),
}

#: The loss is said to be a mean over the batch, but `dout` holds that factor already.
BIAS_AVERAGED: Bodies = {
    **NESTED_LOOPS,
    "conv_backward": changed(
        CONV_BACKWARD, ("return dx, dw, db", "db = db / N  # mean over the batch\nreturn dx, dw, db")
    ),
}
