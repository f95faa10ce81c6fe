"""The space that a generator draws from, as a tool: to walk in, to find images in, and to edit them by."""
