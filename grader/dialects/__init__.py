"""The TensorFlow that a hand-in is written for: recognised from its code, and brought back to life in the child's process."""
