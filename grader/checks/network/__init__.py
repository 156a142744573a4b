"""A student's network as a graph of operations: read, computed, differentiated and described in the grader's own process."""
