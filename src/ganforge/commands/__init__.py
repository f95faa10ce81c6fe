"""The commands of ``ganforge``, one file each: ``add`` says what it takes, ``run`` does it.

Whatever is slow to import is imported by the command that needs it, when it runs.
"""
