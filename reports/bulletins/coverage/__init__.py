"""Bulletin on grid coverage and archive coverage."""
