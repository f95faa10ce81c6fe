"""How an objective is optimised: the one loop, whatever is trained."""
