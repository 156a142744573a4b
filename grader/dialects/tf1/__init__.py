"""TensorFlow 1 on an installed TensorFlow 2: what hand-ins of its time import, under the names of that time."""
