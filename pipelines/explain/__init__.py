"""From a published figure back to the ledger rows and rules behind it.

Here belongs reading: the published figure, the rows that count in it, and the proof that the rows
add up to it. How figures are made belongs to ``dbt_project``; the SQL files of this folder derive
the rows anew from the staging views, so that the proof is not a tautology.
"""
