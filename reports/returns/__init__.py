"""Returns: regulatory forms, one folder each; data only, no code."""
