"""Where lists go: the files that other tools import."""
