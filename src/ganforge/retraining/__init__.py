"""The code of ``ci/retrain``: it runs the stages that a change affects, and writes a report to decide by."""
