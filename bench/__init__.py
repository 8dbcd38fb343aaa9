"""The benchmark: the pipeline against a hand-written script that does the same job."""
