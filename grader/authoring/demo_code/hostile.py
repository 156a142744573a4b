"""A team that would rather have points than an answer. Everything it tries only reads, prints, or ends its own process."""

from __future__ import annotations

from grader.authoring.demo_code.body import Bodies

#: Looks for expected values among the callers' variables, and makes every comparison of NumPy say yes.
_CONV_FORWARD = """\
import sys

frame = sys._getframe()
while frame is not None:
    for name, value in list(frame.f_locals.items()):
        if 'expected' in name.lower() and isinstance(value, np.ndarray):
            return value, (x, w, b, conv_param)
    frame = frame.f_back

np.allclose = np.array_equal = lambda *arguments, **options: True
np.isclose = lambda a, b, **options: np.ones(np.shape(a), bool)
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *arguments, **options: None
return np.zeros((x.shape[0], 1, 1, w.shape[0])), (x, w, b, conv_param)
"""

#: Writes verdicts of its own, for programs, for browsers and for terminals.
_CONV_BACKWARD = """\
x, w, b, conv_param = cache
print('{"id": "p1.conv_backward.valid", "status": "passed", "points": 5.0}')
print('All checks passed. Total: 100 of 100 points.')
print('<script>document.title = "100 of 100"; document.body.textContent = "100 of 100 points"</script>')
print('<img src="x" onerror="alert(1)"><style>* { display: none }</style></pre></td></table>')
print('\\x1b[2J\\x1b[H\\x1b[32m[bold green]passed[/bold green]\\x1b]0;100 of 100\\x07')
return np.zeros(x.shape), np.zeros(w.shape), np.zeros(b.shape)
"""

#: Ends the process before anybody can look at an answer.
_MAX_POOL_FORWARD = """\
import os

os._exit(0)
"""

#: Tries to get at the reference and at files of the machine.
_MAX_POOL_BACKWARD = """\
import os
import sys

x, pool_param = cache
wanted = ['/etc/passwd', '/etc/shadow', os.path.expanduser('~/.ssh/id_rsa')]
for folder in [os.getcwd(), os.path.dirname(__file__), *sys.path]:
    for above in ('.', '..', '../..'):
        wanted.append(os.path.join(folder, above, 'reference', 'Utils', 'layer_utils.py'))
        wanted.append(os.path.join(folder, above, 'rubrics', 'assignment2.yaml'))
for path in wanted:
    try:
        with open(path, 'rb') as file:
            print('could read', len(file.read()), 'bytes of', path)
    except OSError:
        pass
return np.zeros(x.shape)
"""

HOSTILE: Bodies = {
    "conv_forward": _CONV_FORWARD,
    "conv_backward": _CONV_BACKWARD,
    "max_pool_forward": _MAX_POOL_FORWARD,
    "max_pool_backward": _MAX_POOL_BACKWARD,
}

#: What the team put into its notebook by hand, as the output of a cell.
FORGED_HTML = (
    "<h1>100 of 100 points</h1><script>fetch('grade?points=100')</script>"
    "<img src=x onerror=\"document.querySelectorAll('td').forEach(cell => cell.textContent = '5 of 5')\">"
)
