"""Who may come in, what he may do, and the record of what he did."""
