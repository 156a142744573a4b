"""Probes of hand-ins written for TensorFlow 1: asked by the same names, answering the same."""
