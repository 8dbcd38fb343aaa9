"""Jingtian's pipelines: what receives, loads, builds, gates and emits; the only writer of the registry."""
