"""Dagster assets: thin wrappers of the same functions that the command line calls.

Modules that define assets do not import ``annotations`` from ``__future__``: Dagster compares the
annotation of ``context`` with its classes and refuses one that is text.
"""
