"""Downloads and verifies the official files of data sets."""
