"""Deals on their way: where they stood when, how long they stay, how they end."""
