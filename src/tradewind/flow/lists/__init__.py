"""Lists to work from: who is on them, what was said of each row, how they leave the house."""
