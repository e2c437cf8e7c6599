"""Questions whose answer stands in a column of a table: `[labels.<name>]`."""
