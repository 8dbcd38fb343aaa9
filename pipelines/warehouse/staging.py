"""dbt files that follow from other files: staging from the contracts, the union from the metrics.

Here belongs rendering SQL and YAML text from contracts and folder listings. What a figure means
stands in the hand-written models; running dbt belongs to the build.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path

from expectations.contract import Column, Contract

_STAGING = Path("models") / "staging"
_METRICS = Path("models") / "marts" / "metrics"
_FAMILIES = Path("models") / "marts" / "families"
_METRIC_COLUMNS = (
    "metric_id",
    "definition_id",
    "period",
    "org_level",
    "org_id",
    "segment",
    "numerator",
    "denominator",
    "value",
    "unit",
    "reason_code",
)
_UNION = Path("models") / "marts" / "metric_union.sql"


def render_staging(contracts: Mapping[str, Contract]) -> dict[Path, str]:
    """Staging models and sources of every ledger.

    Args:
        contracts: Contracts by ledger name.

    Returns:
        Text by path below the dbt project: per ledger the view of the rows in force for the closed
        month, the view of every month of the window, and the YAML that describes both and their
        sources; and one view of the codes that the contracts list.
    """
    files: dict[Path, str] = {}
    for name in sorted(contracts):
        contract = contracts[name]
        files[_STAGING / f"{name}.sql"] = _current_sql(contract)
        files[_STAGING / f"{name}_history.sql"] = _history_sql(contract)
        files[_STAGING / f"{name}.yml"] = _yaml(contract)
    files[_STAGING / "ledger_code.sql"] = _codes_sql(contracts)
    files[_STAGING / "ledger_code.yml"] = _codes_yaml()
    return files


def render_metric_union(dbt_dir: Path) -> dict[Path, str]:
    """The models that put all metrics under one another, from the metric folder.

    A metric exists because its file ``models/marts/metrics/<family>/<metric_id>.sql`` exists; this
    keeps the union from being a list that somebody has to remember. Each family is a table of its
    own, because one statement over all metrics takes several times as long to plan and to run.

    Args:
        dbt_dir: The dbt project.

    Returns:
        Text by path below the dbt project.

    Raises:
        ValueError: No metric was found, or two families hold one of the same name.
    """
    families: dict[str, list[str]] = {}
    for path in sorted((dbt_dir / _METRICS).glob("*/*.sql")):
        families.setdefault(path.parent.name, []).append(path.stem)
    metrics = [metric for names in families.values() for metric in names]
    if not metrics:
        raise ValueError(f"no metric model below {dbt_dir / _METRICS}")
    if twice := sorted({m for m in metrics if metrics.count(m) > 1}):
        raise ValueError(f"metric(s) with two files: {', '.join(twice)}")
    files = {
        _FAMILIES / f"family_{family}.sql": _union_sql(f"metrics/{family}/*.sql", names, "table")
        for family, names in families.items()
    }
    tables = [f"family_{family}" for family in families]
    return files | {_UNION: _union_sql("metrics/*/*.sql", tables, "view")}


def write_dbt_files(
    contracts: Mapping[str, Contract], metric_files: Mapping[Path, str], dbt_dir: Path
) -> None:
    """Write the generated files into the dbt project and remove generated ones of gone ledgers.

    Args:
        contracts: Contracts by ledger name.
        metric_files: What follows from the declared metrics, by path below the dbt project.
        dbt_dir: The dbt project.
    """
    files = render_staging(contracts) | render_metric_union(dbt_dir) | dict(metric_files)
    for path, text in files.items():
        target = dbt_dir / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8", newline="\n")
    kept = {dbt_dir / path for path in files}
    for folder in (_STAGING, _FAMILIES):
        for stale in sorted((dbt_dir / folder).iterdir()):
            if stale not in kept and stale.suffix in {".sql", ".yml"}:
                stale.unlink()


def _generated(source: str, comment: str = "--") -> str:
    return f"{comment} generated from {source} (make generate): do not edit"


def _grain(text: str) -> str:
    lines = textwrap.wrap(f"grain: {_one_line(text)}", width=96)
    return "\n".join(f"-- {line}" for line in lines)


def _origin(contract: Contract) -> str:
    return f"pipelines/ledgers/{contract.path.name}"


def _kept(contract: Contract) -> list[Column]:
    """Columns that leave the lake: names, ids and phones of persons stop there."""
    return [column for column in contract.columns if not column.is_personal]


def _current_sql(contract: Contract) -> str:
    name = contract.name
    columns = [column.name for column in _kept(contract)]
    return f"""{_grain(f"{contract.grain}; in force for the closed month")}
{_generated(_origin(contract))}
with

source as (
    select * from {{{{ source('lake', '{name}') }}}}
),

renamed as (
    select
{_select([*columns, "_load_id as load_id", "_row as row_no"])}
    from source
)

select * from renamed
"""


def _history_sql(contract: Contract) -> str:
    name = contract.name
    columns = [column.name for column in _kept(contract)]
    head = f"""-- grain: as {name}, for every month of the window in which the load is in force
{_generated(_origin(contract))}
with

source as (
    select * from {{{{ source('lake', '{name}_history') }}}}
),
"""
    if contract.kind != "register":
        # A load of these kinds is in force for its own month only, so its period is the month: no
        # join, and a filter on the month reaches the Parquet scan.
        listed = _select([*columns, "_period as month", "_load_id as load_id", "_row as row_no"])
        return f"""{head}
monthly as (
    select
{listed}
    from source
)

select * from monthly
"""
    listed = _select(
        [
            *[f"source.{column}" for column in columns],
            "load_in_force.month",
            "source._load_id as load_id",
            "source._row as row_no",
        ]
    )
    return f"""{head}
load_in_force as (
    select
        load_id,
        month
    from {{{{ source('run', 'run_load') }}}}
    where ledger = '{name}'
),

-- one to many: a register's load is carried forward over the months in which it is in force
monthly as (
    select
{listed}
    from source
    inner join load_in_force on source._load_id = load_in_force.load_id
)

select * from monthly
"""


def _yaml(contract: Contract) -> str:
    name = contract.name
    title = f"{contract.title_zh} / {contract.title_en}"
    grain = _one_line(contract.grain)
    lines = [_generated(_origin(contract), "#"), "version: 2", "", "sources:"]
    lines += [
        "  - name: lake",
        "    schema: lake",
        "    tables:",
    ]
    for table, what in (
        (name, "in force for the closed month"),
        (f"{name}_history", "of the window"),
    ):
        lines += [
            f"      - name: {table}",
            f"        description: {_quoted(f'{title}: rows {what}.')}",
            "        config:",
            "          meta:",
            f"            ledger: {name}",
            f"            ledger_kind: {contract.kind}",
            f"            submitted_by: {contract.submitted_by}",
        ]
    lines += ["", "models:"]
    for model, what in (
        (name, f"{title}. Grain: {grain}; rows in force for the closed month."),
        (f"{name}_history", f"{title}. Grain: {grain}, per month of the window."),
    ):
        lines += [
            f"  - name: {model}",
            f"    description: {_quoted(what)}",
            "    columns:",
        ]
        for column in _kept(contract):
            lines += _yaml_column(column)
        if model != name:
            lines += _yaml_plain("month", "VARCHAR", "月份 / Month of the window, YYYY-MM.")
        lines += _yaml_plain("load_id", "VARCHAR", "批次 / Load that brought the row.")
        lines += _yaml_plain("row_no", "BIGINT", "行号 / Row number in the file as sent.")
    return "\n".join(lines) + "\n"


def _yaml_column(column: Column) -> list[str]:
    text = f"{column.title_zh} / {_one_line(column.description or column.title_zh)}"
    lines = _yaml_plain(column.name, column.sql_type, text)
    if column.unit:
        lines += ["        config:", "          meta:", f"            unit: {_quoted(column.unit)}"]
    return lines


def _yaml_plain(name: str, sql_type: str, text: str) -> list[str]:
    return [
        f"      - name: {name}",
        f"        data_type: {sql_type}",
        f"        description: {_quoted(text)}",
    ]


def _codes_sql(contracts: Mapping[str, Contract]) -> str:
    rows = [
        f"('{name}', '{column.name}', {position}, '{code}', '{label}')"
        for name in sorted(contracts)
        for column in _kept(contracts[name])
        for position, (code, label) in enumerate(column.codes.items(), start=1)
    ]
    values = ",\n    ".join(rows)
    return f"""-- grain: one row per code that a ledger's contract lists
{_generated("pipelines/ledgers")}
with

listed (ledger, column_name, position, code, label_zh) as (
    values
    {values}
)

select * from listed
"""


def _codes_yaml() -> str:
    lines = [
        _generated("pipelines/ledgers", "#"),
        "version: 2",
        "",
        "models:",
        "  - name: ledger_code",
        '    description: "代码表 / Codes with their Chinese labels, as the contracts list them."',
        "    columns:",
        *_yaml_plain("ledger", "VARCHAR", "台账 / Ledger."),
        *_yaml_plain("column_name", "VARCHAR", "字段 / Column."),
        *_yaml_plain("position", "INTEGER", "顺序 / Position in the contract's list."),
        *_yaml_plain("code", "VARCHAR", "代码 / Code."),
        *_yaml_plain("label_zh", "VARCHAR", "中文名 / Chinese label."),
    ]
    return "\n".join(lines) + "\n"


def _union_sql(source: str, models: Iterable[str], materialized: str) -> str:
    # metric_rows gives every metric the same columns in the same order
    rows = "\n    union all\n".join(f"    select * from {{{{ ref('{m}') }}}}" for m in models)
    return f"""-- grain: one row per metric, definition, period, organisation and segment
{_generated(f"models/marts/{source}")}
{{{{ config(materialized='{materialized}') }}}}

with

metric as (
{rows}
)

select
{_select(_METRIC_COLUMNS, 4)}
from metric
"""


def _select(items: Iterable[str], indent: int = 8) -> str:
    return ",\n".join(f"{' ' * indent}{item}" for item in items)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
