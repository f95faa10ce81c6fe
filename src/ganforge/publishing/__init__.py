"""Publishes a generator: as a registered MLflow model, over HTTP, or as files for other programs."""
