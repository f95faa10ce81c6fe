"""Many experiments at once: grids and searches over params.yaml, run by DVC and collected in MLflow."""
