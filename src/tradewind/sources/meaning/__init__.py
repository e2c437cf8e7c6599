"""What columns and tables mean: shapes of values, words of headers, keys and references, and roles that follow."""
