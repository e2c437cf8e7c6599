"""Customers who pay again and again: lights, and when they leave."""
