"""Official files of data sets, fetched and verified."""
