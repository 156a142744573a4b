"""Frozen types that the stages hand to each other, and the errors they raise."""
