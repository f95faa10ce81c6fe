"""The feature network that scores and the choice of the best generator look through."""
