"""Part 2: networks that students define, train and evaluate in TensorFlow, judged by what the grader computes itself."""
