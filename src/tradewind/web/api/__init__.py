"""The API under /v1, one file for each thing that it is about."""
