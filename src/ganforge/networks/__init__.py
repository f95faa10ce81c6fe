"""Generators and discriminators: a family of both is one file, and one class in `ganforge.networks.settings`."""
