"""Runs student code in isolated processes and says, from outside, what it did."""

from grader.execute.executor import Executor, Workspace

__all__ = ["Executor", "Workspace"]
