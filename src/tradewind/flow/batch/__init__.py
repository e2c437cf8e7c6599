"""Scores for a whole file."""
