"""``jingtian withdraw``: take back what an organisation sent for one ledger and month."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("ledger", metavar="LEDGER", help="台账名 | ledger")
    parser.add_argument("--branch", required=True, help="报送机构号 | organisation")
    parser.add_argument("--period", required=True, help="月份 | YYYY-MM")
    parser.add_argument("--reason", required=True, help="撤回理由 | why")
    parser.add_argument("--by", required=True, help="经办人 | who withdraws")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Withdraw; exit 1 when there is nothing to withdraw."""
    from expectations.contract import load_contracts
    from pipelines.cli.verdicts import dump
    from pipelines.locking import writer_lock
    from pipelines.paths import LEDGERS_DIR
    from pipelines.periods import parse_period
    from pipelines.registry import Registry
    from pipelines.settings import Settings
    from pipelines.waivers import known_ledger
    from pipelines.withdrawal import withdraw

    settings = Settings.from_env(arguments.home)
    contracts = load_contracts(LEDGERS_DIR)
    contract = known_ledger(contracts, arguments.ledger)
    with writer_lock(settings.home), Registry(settings.home.registry) as registry:
        seq = withdraw(
            registry,
            contracts,
            ledger=contract.name,
            org_id=arguments.branch,
            period=parse_period(arguments.period),
            reason=arguments.reason,
            by=arguments.by,
        )
    slot = f"{arguments.branch} {arguments.period}"
    if arguments.format == "json":
        print(dump({"ledger": contract.name, "slot": slot, "state": "withdrawn", "seq": seq}))
    elif arguments.lang == "zh":
        print(
            f"{slot}《{contract.title_zh}》已撤回（序号 {seq}）；该月不再有生效的文件，请重新报送并重新月结"
        )
    else:
        print(
            f"{contract.name} {slot} is withdrawn (sequence number {seq}); nothing is in force "
            "for that month: send it again and close again"
        )
    return 0
