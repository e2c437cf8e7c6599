"""Files that people send, until they lie where a source reads them."""
