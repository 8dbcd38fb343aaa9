"""The figures of a month computed a second time, from the branches' files alone.

Plain Python over CSV and XLSX: no SQL, no data frames and nothing of the project is imported, so a
mistake in the warehouse is not repeated here. Everything is exact (fractions); rounding happens
once, where a figure is compared. The formulas follow the declarations of the metrics and the rule
catalogue; the clause stands at each function. Only what a complete set of files needs is here:
reasons for absent sources are not.

What does not belong here: reading of the published build and comparison (``test_independent``).
"""
