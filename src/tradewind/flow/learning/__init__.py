"""Learning one question from history and scoring everybody with what was learned."""
