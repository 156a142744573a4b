"""What the child can be asked to do with a student's functions: inputs in, values out, no verdict and no expectation."""

from grader.probes.table import PROBES, Probe, probe_named

__all__ = ["PROBES", "Probe", "probe_named"]
