"""A marketing world whose truth is known, to prove what the rest claims; one seed gives the same world again."""
