"""One thin script per DVC stage: read the parameters, call ganforge, write the outputs."""
