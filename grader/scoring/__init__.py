"""Rubric × evidence → scorecard: a pure function. It runs no student code, reads no file and knows no oracle."""
