"""What every table and column of a finished build is, as comments inside the DuckDB file.

An analyst who opens the file with any client reads there what a relation holds, in Chinese and
English. Texts come from the descriptions of models, seeds and sources; columns that occur in many
helping relations are named once in ``dbt_project/columns.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from expectations.strict_yaml import load_strict
from pipelines.paths import DBT_DIR
from pipelines.warehouse.manifest import Relation

COLUMNS_FILE = DBT_DIR / "columns.yaml"


def column_texts(path: Path = COLUMNS_FILE) -> dict[str, str]:
    """Column name (or ``relation.column``) to its text ``中文 / English``."""
    return dict(load_strict(path, {"*": str}))


def write_comments(con: duckdb.DuckDBPyConnection, relations: Iterable[Relation]) -> None:
    """Comment every described relation that exists, and its columns, in one transaction.

    Args:
        con: A connection that may write to the catalogs ``jingtian`` and ``pay``.
        relations: Described relations of the manifest.
    """
    texts = column_texts()
    views = set(
        con.execute("select database_name, schema_name, view_name from duckdb_views()").fetchall()
    )
    columns: dict[tuple[str, str, str], list[str]] = {}
    for database, schema, name, column in con.execute(
        """
        select database_name, schema_name, table_name, column_name
        from duckdb_columns()
        where not internal
        """
    ).fetchall():
        columns.setdefault((database, schema, name), []).append(column)
    relations = list(relations)
    # a ledger's rows as they lie in the lake have the columns of its staging view
    staged = {r.name: r.columns for r in relations if r.schema == "main"}
    for relation in relations:
        described = staged.get(relation.name, {}) | relation.columns
        place = (relation.database, relation.schema, relation.name)
        if place not in columns:
            continue
        full_name = ".".join(f'"{part}"' for part in place)
        kind = "view" if place in views else "table"
        if relation.description:
            con.execute(f"comment on {kind} {full_name} is {_literal(relation.description)}")
        for column in columns[place]:
            text = (
                described.get(column) or texts.get(f"{relation.name}.{column}") or texts.get(column)
            )
            if text:
                con.execute(f'comment on column {full_name}."{column}" is {_literal(text)}')


def _literal(text: str) -> str:
    escaped = text.strip().replace("'", "''")
    return f"'{escaped}'"
