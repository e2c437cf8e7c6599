"""One file for each room of pages."""
