"""Sentences as vectors: what means the same lies close together."""
