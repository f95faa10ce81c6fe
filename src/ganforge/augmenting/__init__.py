"""Studies whether generated images help a classifier with few real ones, and writes sets of generated images."""
