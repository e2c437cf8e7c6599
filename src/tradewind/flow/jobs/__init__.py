"""Work that goes on in the background: queued, scheduled, watched, told to others."""
