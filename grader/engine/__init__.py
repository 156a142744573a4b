"""Maps the path of one submission over many: seeds, jobs, worker processes, resuming, rescoring, the self-check."""
