"""What there is to learn: a file for each data set, and a class in ``settings.py`` that names what it is read by."""
