"""Questions in business words: who, what happens, within how long, worth how much, compiled to readable SQL."""
