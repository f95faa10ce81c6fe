"""Figures for pages, tables and MLflow."""
