"""Generators and discriminators: each family is one file and one class in `ganforge.networks.settings`."""
