"""The MLflow run of this pipeline; only this package and `ganforge.publishing` import mlflow.

The files on disk are the record, and MLflow shows them. If a tracking store fails, the user gets one warning, and the
stage ``record`` completes what is missing from the files.
"""
