"""A right hand-in as a beginner writes it: a loop for every axis, and padding that takes no notice of the stride."""

from __future__ import annotations

from grader.authoring.demo_code.body import Bodies

_CONV_SIZES = """\
N, H, W, C = x.shape
F, WH, WW, _ = w.shape
SH, SW = conv_param['stride'][1], conv_param['stride'][2]
if conv_param['padding'] == 'same':
    top, left = (WH - 1) // 2, (WW - 1) // 2
    padded = np.zeros((N, H + WH - 1, W + WW - 1, C))
else:
    top, left = 0, 0
    padded = np.zeros((N, H, W, C))
padded[:, top:top + H, left:left + W, :] = x
"""

CONV_FORWARD = f"""{_CONV_SIZES}\
if conv_param['padding'] == 'same':
    OH, OW = -(-H // SH), -(-W // SW)
else:
    OH, OW = (H - WH) // SH + 1, (W - WW) // SW + 1

out = np.zeros((N, OH, OW, F))
for n in range(N):
    for i in range(OH):
        for j in range(OW):
            window = padded[n, i * SH:i * SH + WH, j * SW:j * SW + WW, :]
            for f in range(F):
                out[n, i, j, f] = np.sum(window * w[f]) + b[f]

cache = (x, w, b, conv_param)
return out, cache
"""

CONV_BACKWARD = f"""x, w, b, conv_param = cache
{_CONV_SIZES}\
_, OH, OW, _ = dout.shape

dpadded = np.zeros(padded.shape)
dw = np.zeros(w.shape)
db = np.zeros(b.shape)
for n in range(N):
    for i in range(OH):
        for j in range(OW):
            window = padded[n, i * SH:i * SH + WH, j * SW:j * SW + WW, :]
            dwindow = np.zeros(window.shape)
            for f in range(F):
                dwindow += dout[n, i, j, f] * w[f]
                dw[f] += dout[n, i, j, f] * window
                db[f] += dout[n, i, j, f]
            dpadded[n, i * SH:i * SH + WH, j * SW:j * SW + WW, :] += dwindow

dx = dpadded[:, top:top + H, left:left + W, :]
return dx, dw, db
"""

_POOL_SIZES = """\
N, H, W, C = x.shape
PH, PW = pool_param['pool_height'], pool_param['pool_width']
SH, SW = pool_param['stride'][1], pool_param['stride'][2]
"""

MAX_POOL_FORWARD = f"""{_POOL_SIZES}\
OH, OW = (H - PH) // SH + 1, (W - PW) // SW + 1

out = np.zeros((N, OH, OW, C))
for n in range(N):
    for i in range(OH):
        for j in range(OW):
            for c in range(C):
                out[n, i, j, c] = np.max(x[n, i * SH:i * SH + PH, j * SW:j * SW + PW, c])

cache = (x, pool_param)
return out, cache
"""

MAX_POOL_BACKWARD = f"""x, pool_param = cache
{_POOL_SIZES}\
_, OH, OW, _ = dout.shape

dx = np.zeros(x.shape)
for n in range(N):
    for i in range(OH):
        for j in range(OW):
            for c in range(C):
                window = x[n, i * SH:i * SH + PH, j * SW:j * SW + PW, c]
                row, column = np.unravel_index(np.argmax(window), window.shape)
                dx[n, i * SH + row, j * SW + column, c] += dout[n, i, j, c]
return dx
"""

NESTED_LOOPS: Bodies = {
    "conv_forward": CONV_FORWARD,
    "conv_backward": CONV_BACKWARD,
    "max_pool_forward": MAX_POOL_FORWARD,
    "max_pool_backward": MAX_POOL_BACKWARD,
}
