"""Customers, companies, leads and deals: found, listed, and one at a time with all that happened."""
