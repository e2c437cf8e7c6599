"""How long until somebody leaves: survival curves, hazards by period, and how well they order and foretell."""
