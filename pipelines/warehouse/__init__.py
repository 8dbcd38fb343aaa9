"""The warehouse build: what dbt needs before it runs, and running it."""
