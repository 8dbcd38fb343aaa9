"""Statements: what the bank computes for its own people, one folder each."""
