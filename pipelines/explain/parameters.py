"""The bank's own values: rows of the register 方案参数 in force, with the file that brought them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import duckdb

from pipelines.explain.loads import LoadLine


@dataclass(frozen=True)
class Parameter:
    """One value in force for an organisation; its own row beats the bank's."""

    scheme_id: str
    name: str
    org_id: str
    value: str
    unit: str | None
    effective_date: dt.date
    expiry_date: dt.date | None
    approved_by: str | None
    file: str
    row: int

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return asdict(self)


def parameters_in_force(
    con: duckdb.DuckDBPyConnection,
    loads: dict[str, LoadLine],
    org_id: str,
    names: Sequence[str],
    scheme_id: str | None = None,
) -> list[Parameter]:
    """Parameters of an organisation at period end, in the order of ``names``.

    Args:
        con: A connection to a build.
        loads: The build's loads.
        org_id: Whose values; the bank's own rows stand in where it has none.
        names: Parameter names.
        scheme_id: Only of this scheme; None for any.

    Returns:
        At most one row for each scheme and name.
    """
    rows = con.execute(
        """
        with ranked as (
            select
                param.*,
                row_number() over (
                    partition by param.scheme_id, param.param_name
                    order by
                        case when param.org_id = organisation.org_id then 0 else 1 end,
                        param.effective_date desc
                ) as preference
            from scheme_param as param
            cross join run.run_context as context
            inner join int_org as organisation
                on
                    organisation.org_id = $org_id
                    and param.org_id in (organisation.org_id, organisation.bank_id)
            where
                param.effective_date <= context.period_end
                and coalesce(param.expiry_date >= context.period_end, true)
                and list_contains($names, param.param_name)
                and ($scheme_id is null or param.scheme_id = $scheme_id)
        )

        select
            scheme_id, param_name, org_id, param_value, unit, effective_date, expiry_date,
            approved_by, load_id, row_no
        from ranked
        where preference = 1
        order by list_position($names, param_name), scheme_id
        """,
        {"org_id": org_id, "names": list(names), "scheme_id": scheme_id},
    ).fetchall()
    return [Parameter(*(*row[:8], *loads[row[8]].place(row[9]))) for row in rows]
