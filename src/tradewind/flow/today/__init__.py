"""Today: whom to contact, what changed, what went wrong; on the page and in the weekly mail."""
