"""Translates a user's pictures of any size with a trained generator."""
