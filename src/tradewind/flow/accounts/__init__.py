"""Who comes in, what each may do, and the workspace as a server holds it."""
