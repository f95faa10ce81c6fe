"""``python -m ganforge``: the command ``ganforge``."""

from ganforge.cli import main

main()
