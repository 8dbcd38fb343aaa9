"""Workbooks for branches: the upload template, and the branch's own file back with its verdict.

What head office reads (returns, bulletins) belongs to ``reports``; reading uploads to ``landing``.
"""
