"""Writes a scorecard out: for programs (JSON, CSV) and for people (pages, terminal). Decides nothing."""
