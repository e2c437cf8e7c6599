"""What could be wrong with data and models, each as a check with four states: pass, warn, fail, unknown."""
