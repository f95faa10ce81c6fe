"""The commands of ``ganforge``, one file each: ``add`` defines the arguments, ``run`` runs the command.

A command imports slow modules when it runs.
"""
