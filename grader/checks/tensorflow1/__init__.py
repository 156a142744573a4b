"""Parts 2 and 3 of hand-ins that are written for TensorFlow 1."""
