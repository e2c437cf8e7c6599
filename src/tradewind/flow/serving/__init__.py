"""Scores in milliseconds: the last run's answers in memory, and anybody's whose rows have changed computed afresh."""
