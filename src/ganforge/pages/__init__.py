"""Pages for people, each one file that opens anywhere."""
