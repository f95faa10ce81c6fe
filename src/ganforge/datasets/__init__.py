"""The data sets: a file for each, and a class in ``settings.py`` with its settings."""
