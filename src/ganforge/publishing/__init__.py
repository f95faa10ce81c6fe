"""A generator that leaves the house: as a registered MLflow model, served over HTTP, or as files for other programs."""
