"""Dagster assets: thin wrappers of the same functions that the command line calls."""
