"""The feature network of the scores and of the choice of the best generator."""
