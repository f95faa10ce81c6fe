"""The space that a generator draws from, as a tool: to walk in, to find signals in, and to edit them by."""
