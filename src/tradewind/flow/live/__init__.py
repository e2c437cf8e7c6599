"""What comes in while nobody runs anything: events of web SDKs, and their way into the tables."""
