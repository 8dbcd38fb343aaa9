"""What must hold: contracts, rules, findings, suites and gate decisions.

This package is the lowest layer. It opens no registry and no warehouse: it takes paths and
connections and returns values.
"""
