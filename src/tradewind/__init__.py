"""Tradewind: customer data into decisions, explained in money and proved by tests."""

__version__ = "0.1.0"
