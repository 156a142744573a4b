"""Automated grading of a CNN assignment: submitted notebooks in, evidence and verdicts out.

The rooms follow the path of a submission; `docs/architecture.md` draws it.
"""

__version__ = "0.1.0"
