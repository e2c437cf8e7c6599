"""What goes with an activity once what was known before it is held equal: adjusted, never a cause."""
