"""Bulletins: what the head office makes known to its branches, one folder each."""
