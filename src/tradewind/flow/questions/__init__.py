"""What can be asked: the questions of the product, of a workspace's own folders and words, and how each stands."""
