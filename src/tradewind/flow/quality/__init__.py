"""Whether the data are fit for use: trouble found, what it does to answers, what was lost on the way in."""
