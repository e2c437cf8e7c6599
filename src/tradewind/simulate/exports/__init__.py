"""Simulated data as vendors' files: one file of code per vendor, headers as documented, the oddities kept."""
