"""Which actions, in which order, precede an outcome: found on earlier cases, confirmed on later ones."""
