"""The real thing in one process, phase by phase: start-up, receiving, gates, build, outputs.

Run as ``python -m bench.pipeline INBOX PERIOD HOME [--reclose]``: closes the month in a fresh home,
copies the figures to HOME/figures for comparison and prints one JSON line. With ``--reclose`` one
branch then sends a corrected loan file and the month is closed again.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from bench.clock import Clock, peak_bytes

# What is unpublished because a source of the year is missing is compared all the same.
RAW_FIGURES = """
    select 'interest_income' as metric_id, org_id, 'all' as segment,
        cast(interest_income_yuan as decimal(38, 6)) as numerator,
        cast(null as decimal(38, 6)) as denominator
    from int_interest_income where month = '{period}'
    union all
    select 'npl_recovery_amount', org_id, 'all', cast(npl_recovery_yuan as decimal(38, 6)), null
    from int_npl_recovery where month = '{period}'
    union all
    select 'deposit_tenday_avg_net_increase', org_id, 'all', cast(deposit_net_increase_yuan as decimal(38, 6)), null
    from int_deposit_net_increase where month = '{period}'
    union all
    select 'due_loan_recovery_rate', org_id, 'all', cast(collected_principal as decimal(38, 6)),
        cast(due_principal as decimal(38, 6))
    from int_due_loan_recovery
    union all
    select case window_code when 'final' then 'renewal_rate' else 'renewal_rate_provisional' end,
        org_id, 'household', cast(renewed_customer_count as decimal(38, 6)),
        cast(due_customer_count as decimal(38, 6))
    from int_renewal
    union all
    select case window_code when 'final' then 'renewal_rate' else 'renewal_rate_provisional' end,
        org_id, 'amount', cast(renewed_principal as decimal(38, 6)), cast(due_principal as decimal(38, 6))
    from int_renewal
    union all
    select 'inclusive_loan_disbursed_amount', org_id, segment, cast(disbursed_amount as decimal(38, 6)), null
    from int_inclusive_flow
    union all
    select 'inclusive_loan_annualised_interest', org_id, segment, cast(annualised_interest as decimal(38, 6)), null
    from int_inclusive_flow
    union all
    select 'inclusive_loan_disbursed_customer_count', org_id, segment, cast(customer_count as decimal(38, 6)), null
    from int_inclusive_flow
"""


def run(inbox: Path, period: str, home: Path, with_reclose: bool) -> dict[str, Any]:
    """Close one month in a fresh home.

    Args:
        inbox: Folder with the branches' files.
        period: The month, ``YYYY-MM``.
        home: Home to make; an existing one is deleted.
        with_reclose: Also receive one corrected file and close again.
    """
    clock = Clock()
    # Whatever a close imports on its way, so that its cost is start-up and nothing else.
    import dbt.adapters.duckdb
    import dbt.cli.main  # noqa: F401
    import great_expectations  # noqa: F401
    import pyarrow.compute
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401
    import xlsxwriter  # noqa: F401

    import expectations.engine  # noqa: F401
    import reports.emission
    import reports.outputs  # noqa: F401
    from pipelines.close import open_close
    from pipelines.landing.receive import Receiver
    from pipelines.paths import Home
    from pipelines.periods import parse_period
    from pipelines.registry import Registry
    from pipelines.settings import Settings
    from pipelines.warehouse.build import attach_build
    from pipelines.warehouse.dbt import DbtProject

    clock.mark("imports")
    shutil.rmtree(home, ignore_errors=True)
    settings = Settings(Home(home), threads=2, memory_limit="4GB")
    DbtProject(settings).manifest()
    clock.mark("dbt_parse")

    with Registry(settings.home.registry) as registry:
        receiver = Receiver(settings, registry, "bench")
        receipts = receiver.receive_files(sorted(inbox.iterdir()))
        receiver.con.close()
    if refused := [r for r in receipts if r.status != "accepted"]:
        raise SystemExit(f"{len(refused)} file(s) refused, first {refused[0].file_name}: "
                         f"{refused[0].verdict.counts}")  # fmt: skip
    clock.mark("receive")
    _close(settings, period, clock, open_close, parse_period)
    rows = sum(r.verdict.accepted for r in receipts)
    result = {
        "rows": rows,
        "loans": sum(
            r.verdict.accepted
            for r in receipts
            if r.identity is not None
            and (r.identity.ledger, str(r.identity.period)) == ("loan_account", period)
        ),
        "files": len(receipts),
        "phases": dict(clock.phases),
        "cpu": dict(clock.cpu),
        "peak_bytes": peak_bytes(),
    }
    build = home / "warehouse" / "builds" / (home / "warehouse" / "CURRENT").read_text().strip()
    con = attach_build(settings, build)
    figures = home / "figures"
    figures.mkdir()
    for name, query in {
        "metric_value": "select * from mart_metric_value",
        "dim_metric": "select * from dim_metric",
        "pay_month": "select * from pay.main.pay_month",
        "pay_settlement": "select * from pay.main.pay_settlement",
        "raw_figure": RAW_FIGURES.format(period=period),
    }.items():
        con.execute(f"copy ({query}) to '{figures / name}.parquet' (format parquet)")
    con.close()
    if with_reclose:
        result["reclose_phases"] = _reclose(settings, inbox, period, open_close, parse_period)
    return result


def _close(settings: Any, period: str, clock: Clock, open_close: Any, parse_period: Any) -> None:
    with open_close(settings, parse_period(period)) as close:
        close.lake_gate()
        clock.mark("lake_gate")
        close.prepare_outputs()
        close.build()
        clock.mark("dbt_build")
        close.mart_gates()
        clock.mark("mart_gates")
        close.publish()
        close.outputs()
    clock.mark("outputs")


def _reclose(
    settings: Any, inbox: Path, period: str, open_close: Any, parse_period: Any
) -> dict[str, float]:
    """One branch sends a corrected loan file; the month is closed again. Seconds per phase."""
    from pipelines.landing.receive import Receiver
    from pipelines.registry import Registry

    original = max(inbox.glob(f"loan_account_*_{period}.csv"))
    corrected = settings.home.root / "corrected" / original.name
    corrected.parent.mkdir()
    # Another manager: a correction that leaves the balances in agreement with the ledger.
    head, _, tail = original.read_bytes().rpartition(b",")
    corrected.write_bytes(head + b",0999999999" + (b"\n" if tail.endswith(b"\n") else b""))
    clock = Clock()
    with Registry(settings.home.registry) as registry:
        receiver = Receiver(settings, registry, "bench")
        receipts = receiver.receive_files([corrected])
        receiver.con.close()
    if receipts[0].status != "accepted":
        raise SystemExit(
            f"the corrected file was {receipts[0].status}: {receipts[0].verdict.counts}"
        )
    clock.mark("receive")
    _close(settings, period, clock, open_close, parse_period)
    return clock.phases


def main() -> None:
    """Run and print the result as JSON."""
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    result = run(
        Path(arguments[0]), arguments[1], Path(arguments[2]).resolve(), "--reclose" in sys.argv
    )
    print(json.dumps(result))


if __name__ == "__main__":
    main()
