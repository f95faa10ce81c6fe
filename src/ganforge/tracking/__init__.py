"""The MLflow run of this pipeline; beside this, only `ganforge.publishing` imports mlflow.

The files on disk are the truth and MLflow is their reader's view: a tracking store that fails costs one warning, and
whatever it missed is completed from the files by the stage ``record``.
"""
