"""As-of features: what was known about a customer at a cutoff, computed from the events themselves."""
