"""Evidence on disk: one folder a submission, written whole or not at all."""
