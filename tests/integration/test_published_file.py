"""What an analyst finds in the published file: every table and column says what it is."""

from __future__ import annotations

import re

import pytest

from pipelines.publish import build_in_force
from pipelines.settings import Settings
from pipelines.warehouse.build import attach_build
from tests.closed_bank import closed_bank

CHINESE, ENGLISH = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]{2}")


def test_every_table_and_column_is_described_in_both_languages(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    bank = closed_bank(tmp_path_factory)
    settings = Settings.from_env(bank.home)
    _, build = build_in_force(settings.home, "2025-12")
    con = attach_build(settings, build)
    relations = con.execute(
        """
        select database_name || '.' || schema_name || '.' || table_name, comment
        from duckdb_tables() where not internal and database_name in ('jingtian', 'pay')
        union all
        select database_name || '.' || schema_name || '.' || view_name, comment
        from duckdb_views() where not internal and database_name in ('jingtian', 'pay')
        """
    ).fetchall()
    columns = con.execute(
        """
        select database_name || '.' || schema_name || '.' || table_name || '.' || column_name, comment
        from duckdb_columns() where not internal and database_name in ('jingtian', 'pay')
        """
    ).fetchall()
    con.close()
    assert len(relations) > 200 and len(columns) > 2_000
    silent = [
        name
        for name, comment in [*relations, *columns]
        if not comment or not CHINESE.search(comment) or not ENGLISH.search(comment)
    ]
    assert silent == []
