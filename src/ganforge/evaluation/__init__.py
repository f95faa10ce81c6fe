"""How good a generator is, said honestly."""
