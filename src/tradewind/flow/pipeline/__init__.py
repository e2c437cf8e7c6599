"""Open deals: what stands still, what the quarter will bring, what past quarters say about that."""
