"""Judging one large file, measured: Jingtian, DuckDB by hand, pandera on polars, Great Expectations."""
