"""The command line: quick to start, exit codes, two languages, JSON apart from logs."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.cli.main import _COMMANDS, main
from pipelines.paths import PROJECT_ROOT
from tests.closed_bank import jingtian
from tests.project.sources import imported, modules
from tests.small_bank import BRANCH, PERIOD, SmallBank, changed, lower_a_balance, sent

# What a command must not load before it is needed: they take seconds.
HEAVY = {
    "dagster",
    "dagster_dbt",
    "dbt",
    "great_expectations",
    "pandas",
    "duckdb",
    "pyarrow",
    "xlsxwriter",
}
STARTUP_CPU_SECONDS = (
    1.5  # measured 0.2 on an idle core; CPU time, so that a busy machine does not fail it
)


def _chinese(text: str) -> bool:
    return any("一" <= ch <= "鿿" for ch in text)


@pytest.mark.parametrize("command", ["", *_COMMANDS])
def test_help_is_quick_and_names_the_command(command: str) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = jingtian(*([command] if command else []), "--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    assert "usage: jingtian" in done.stdout
    assert _chinese(done.stdout)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < STARTUP_CPU_SECONDS


def test_help_lists_every_command_of_the_first_release() -> None:
    done = jingtian("--help")
    for command in (
        "sample", "validate", "template", "receive", "close", "metric", "explain", "report", "status",
    ):  # fmt: skip
        assert command in done.stdout


def _loaded(code: str, home: Path) -> set[str]:
    script = f"import sys\n{code}\nprint('\\n'.join({{m.split('.')[0] for m in sys.modules}}), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT), "JINGTIAN_HOME": str(home)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def test_starting_loads_nothing_heavy(tmp_path: Path) -> None:
    code = "from pipelines.cli.main import build_parser; build_parser()"
    assert not _loaded(code, tmp_path) & HEAVY


def test_no_command_loads_the_orchestrator(bank: SmallBank, tmp_path: Path) -> None:
    """Whatever a command may import, with a status and a figure really asked for."""
    code = (
        "import importlib, pkgutil, pipelines.cli, pipelines.close, pipelines.emit, pipelines.analyst\n"
        "from pipelines.cli.main import main\n"
        "[importlib.import_module(m.name) for m in pkgutil.iter_modules(pipelines.cli.__path__, 'pipelines.cli.')]\n"
        f"main(['status', '--home', {str(bank.closed)!r}])\n"
        f"main(['metric', 'loan_balance', '--home', {str(bank.closed)!r}])"
    )
    assert not _loaded(code, tmp_path) & {"dagster", "dagster_dbt", "dagster_webserver"}


def test_only_the_orchestrators_modules_import_it() -> None:
    allowed = (
        "pipelines/assets/",
        "pipelines/definitions.py",
        "pipelines/schedules.py",
        "pipelines/sensors.py",
    )
    for path, tree in modules("pipelines", "reports", "expectations"):
        if not path.startswith(allowed):
            names = imported(tree)
            assert not {n for n in names if n.split(".")[0] in ("dagster", "dagster_dbt")}, path
            assert not {
                n for n in names if n.startswith(("pipelines.assets", "pipelines.definitions"))
            }, path


# ---- exit codes and languages -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["status"], 0),
        (["report", "list"], 0),
        (["metric", "loan_balance"], 0),
        (["metric", "loan_balance", "--period", "2025-02"], 1),
        (["metric", "loan_ballance"], 2),
        (["metric", "loan_balance", "--org", "nobody"], 2),
        (["metric", "loan_balance", "--format", "xlsx"], 2),
        (["metric", "loan_balance", "--as-of", "7"], 2),
        (["metric", "loan_balance", "--period", PERIOD, "--as-of", "7"], 1),
        (["metric", "loan_balance", "--period", PERIOD, "--as-of", "last week"], 2),
        (["close", "2025-13"], 2),
        (["close", "2999-12"], 2),
        (["close", "2020-01"], 1),
        (["report", "emit", "S71_I", "--period", "2025-02"], 1),
        (["report", "emit", "nothing", "--period", PERIOD], 2),
        (["receive", "no/such/file.csv"], 2),
        (["validate", "no/such/file.csv"], 2),
        (["finding", "list"], 0),
        (["finding", "explain"], 2),
        (["waiver", "list"], 0),
        (["waiver", "approve", "W-none", "--by", "x"], 1),
        (["difference", "grid", "--branch", "nobody", "--period", PERIOD], 1),
        (
            [
                "withdraw",
                "nothing",
                "--branch",
                BRANCH,
                "--period",
                PERIOD,
                "--reason",
                "x",
                "--by",
                "x",
            ],
            1,
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_exit_code_and_message_in_the_language_asked_for(
    words: list[str], code: int, bank: SmallBank, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(bank.closed)
    if words[0] in ("close", "receive", "report", "waiver", "difference", "withdraw"):
        home = str(bank.copy(bank.closed, tmp_path / "home").home.root)
    texts = {}
    for lang in ("zh", "en"):
        assert main([*words, "--home", home, "--lang", lang]) == code
        shown = capsys.readouterr()
        texts[lang] = shown.err if code == 2 or not shown.out else shown.out
        assert texts[lang].strip()
        assert "Traceback" not in shown.err
    assert texts["zh"] != texts["en"]
    assert _chinese(texts["zh"])
    if code:
        assert not _chinese(texts["en"]), texts["en"]


def test_chinese_is_the_language_when_none_is_asked_for(
    bank: SmallBank, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JINGTIAN_LANG", raising=False)
    assert main(["metric", "nothing", "--home", str(bank.closed)]) == 2
    assert "没有指标" in capsys.readouterr().err
    monkeypatch.setenv("JINGTIAN_LANG", "en")
    assert main(["metric", "nothing", "--home", str(bank.closed)]) == 2
    assert "no metric" in capsys.readouterr().err


def test_command_that_is_wrong_is_answered_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["fly"], ["close"], ["close", PERIOD, "--nonsense"]):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 2
        assert "usage:" in capsys.readouterr().err


def test_fault_of_the_program_is_never_taken_for_a_refusal(tmp_path: Path) -> None:
    """1 is a verdict on data; whatever stops the program itself is 2."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "registry.sqlite").write_bytes(b"this is no database" * 100)
    done = jingtian("status", home=home)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "程序未能运行" in done.stderr
    (home / "jingtian.toml").write_text("outputs = [", encoding="utf-8")
    assert jingtian("status", home=home).returncode == 2


def test_two_writers_do_not_meet(
    bank: SmallBank, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipelines.locking import writer_lock

    settings = bank.copy(bank.closed, tmp_path / "home")
    with writer_lock(settings.home):
        done = jingtian("close", PERIOD, home=settings.home.root)
    assert done.returncode == 2
    assert "另一个进程" in done.stderr


# ---- what is printed where ----------------------------------------------------------------------


def test_json_stands_alone_on_standard_output(bank: SmallBank, tmp_path: Path) -> None:
    settings = bank.copy(bank.closed, tmp_path / "home")
    good = sent(bank, "loan_account", BRANCH)
    bad = tmp_path / f"loan_account_{BRANCH}_{PERIOD}_again.csv"
    bad.write_bytes(changed(good, lambda rows: rows[0].update(balance="x")))
    home = settings.home.root
    for words, code in (
        (("close", PERIOD), 0),
        (("receive", good), 0),
        (("receive", bad), 1),
        (("validate", bad, good), 1),
        (("status",), 0),
        (("metric", "npl_ratio", "--org", BRANCH), 0),
        (("report", "list"), 0),
        (("report", "emit", "S71_I", "--period", PERIOD), 0),
    ):
        done = jingtian(*words, "--format", "json", home=home)
        assert done.returncode == code, (words, done.stderr)
        assert json.loads(done.stdout), words
        if words[0] == "close":
            assert "[" in done.stderr and "s]" in done.stderr, "progress goes to standard error"
            assert json.loads(done.stdout)["emitted"]


def test_refused_close_prints_nothing_on_standard_output(
    bank: SmallBank, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.small_bank import receive_bytes

    settings = bank.copy(bank.closed, tmp_path / "home")
    data = changed(sent(bank, "loan_account", BRANCH), lower_a_balance)
    receive_bytes(settings, tmp_path / "up", f"loan_account_{BRANCH}_{PERIOD}.csv", data)
    for lang in ("zh", "en"):
        words = ["close", PERIOD, "--format", "json", "--lang", lang]
        assert main([*words, "--home", str(settings.home.root)]) == 1
        shown = capsys.readouterr()
        assert shown.out == ""
        assert "JT-LAKE-0002" in shown.err
        assert _chinese(shown.err) == (lang == "zh"), shown.err


def test_figures_of_every_format_are_the_same(bank: SmallBank, tmp_path: Path) -> None:
    import csv
    import io
    from decimal import Decimal

    from python_calamine import CalamineWorkbook

    words = ("metric", "loan_balance", "--period", PERIOD)
    as_json = json.loads(jingtian(*words, "--format", "json", home=bank.closed).stdout)
    as_csv = list(
        csv.DictReader(io.StringIO(jingtian(*words, "--format", "csv", home=bank.closed).stdout))
    )
    out = tmp_path / "figures.xlsx"
    assert jingtian(*words, "--format", "xlsx", "--out", out, home=bank.closed).returncode == 0
    lines = CalamineWorkbook.from_path(str(out)).get_sheet_by_index(0).to_python()
    at = next(number for number, line in enumerate(lines) if line[0] == "机构号")
    as_xlsx = [dict(zip(lines[at], row, strict=True)) for row in lines[at + 1 :]]
    expected = [(r["org_id"], Decimal(str(r["value"]))) for r in as_json]
    assert len(expected) >= 3
    assert [(r["org_id"], Decimal(r["value"])) for r in as_csv] == expected
    assert [(r["机构号"], round(Decimal(r["值"]), 2)) for r in as_xlsx] == [
        (org, round(value, 2)) for org, value in expected
    ]
