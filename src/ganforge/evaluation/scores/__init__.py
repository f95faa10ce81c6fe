"""One file for each score, or for several that are computed together; `ganforge.evaluation.registry` lists them."""
