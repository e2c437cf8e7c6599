"""Customers who buy when they like: lifetimes, cohorts, what a channel brings."""
