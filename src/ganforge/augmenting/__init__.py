"""Do generated images help a classifier that has few real ones? And a set of generated images to find out elsewhere."""
