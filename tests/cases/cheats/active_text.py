ACTIVE = (
    "<script>alert('100 of 100')</script><img src=x onerror=alert(1)><svg onload=alert(1)></svg>"
    "<iframe src='javascript:alert(1)'></iframe></pre></td></table><style>*{display:none}</style>"
    "\x1b[2J\x1b[H\x1b]0;owned\x07\x1b]8;;http://evil.example\x07click\x1b]8;;\x07\x9b31m\u202e"
    "[bold red]owned[/bold red] {{ 7 * 7 }} ${7 * 7} %s {team} --> ]]>"
)


class Shown(Exception):
    pass


Shown.__name__ = Shown.__qualname__ = ACTIVE
Shown.__module__ = ACTIVE
Oddly = type(ACTIVE.replace("\x00", ""), (), {})


def conv_forward(x, w, b, conv_param):
    print(ACTIVE)
    raise Shown(ACTIVE)


def conv_backward(dout, cache):
    print(ACTIVE)
    return Oddly(), ACTIVE, {ACTIVE: ACTIVE}


def max_pool_forward(x, pool_param):
    return Oddly(), ACTIVE


exec(compile(f"def max_pool_backward(dout, cache):\n    raise ValueError({ACTIVE!r})", ACTIVE, "exec"))
