"""The one format of data that everything after the stage ``preprocess`` reads: columns, and what describes them."""
