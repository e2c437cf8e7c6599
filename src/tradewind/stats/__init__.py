"""Figures computed from weights, and how far each may be trusted: intervals, calibration, many comparisons."""
