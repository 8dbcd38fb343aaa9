"""Settings: read in one place, wrong values told before they do harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import UsageError
from pipelines.publish import build_in_force, closed_periods, publish
from pipelines.settings import Settings


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of whoever runs the tests do not count."""
    for name in ("HOME", "MEMORY_LIMIT", "THREADS"):
        monkeypatch.delenv(f"JINGTIAN_{name}", raising=False)


def _write(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "jingtian.toml").write_text(text, encoding="utf-8")
    return folder


def test_home_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    settings = Settings.from_env(tmp_path)
    assert settings.home.root == tmp_path
    assert settings.outputs is None
    assert settings.timezone == "Asia/Shanghai"
    assert settings.threads >= 1


def test_file_wins_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINGTIAN_THREADS", "3")
    monkeypatch.setenv("JINGTIAN_MEMORY_LIMIT", "2GB")
    assert Settings.from_env(tmp_path).threads == 3
    home = _write(
        tmp_path / "h",
        'outputs = ["S71_I"]\nthreads = 5\nmemory_limit = "512 MiB"\nfirst_period = "2023-07"\n',
    )
    settings = Settings.from_env(home)
    assert (settings.threads, settings.memory_limit) == (5, "512 MiB")
    assert settings.outputs == ("S71_I",)
    assert settings.first_period == "2023-07"


def test_home_of_the_command_wins_over_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JINGTIAN_HOME", str(tmp_path / "environment"))
    assert Settings.from_env().home.root == tmp_path / "environment"
    assert Settings.from_env(tmp_path / "command").home.root == tmp_path / "command"


@pytest.mark.parametrize(
    "line",
    [
        "outputs = [",
        'output = ["S71_I"]',
        'outputs = "S71_I"',
        "threads = 0",
        "threads = -1",
        'threads = "many"',
        'memory_limit = "much"',
        "memory_limit = 4",
        'memory_limit = "80%"',
        'timezone = "Mars/Olympus"',
        'timezone = "../../etc/passwd"',
        'first_period = "2024-13"',
        "first_period = 2024",
    ],
)
def test_wrong_value_is_a_usage_error_in_both_languages(line: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        Settings.from_env(_write(tmp_path, line))
    assert caught.value.exit_code == 2
    assert caught.value.zh != caught.value.en


# ---- pointers -----------------------------------------------------------------------------------


def test_closing_an_older_month_again_leaves_current_at_the_newest(settings: Settings) -> None:
    home = settings.home
    publish(home, "2025-12", "2025-12-a")
    publish(home, "2026-01", "2026-01-b")
    publish(home, "2025-12", "2025-12-c")
    assert closed_periods(home) == ["2025-12", "2026-01"]
    assert build_in_force(home, None)[0] == "2026-01-b"
    assert build_in_force(home, "2025-12")[0] == "2025-12-c"
    publish(home, "2026-01", "2026-01-d")
    assert build_in_force(home, None)[0] == "2026-01-d"


def test_month_before_the_first_closed_one_does_not_become_current(settings: Settings) -> None:
    publish(settings.home, "2026-01", "2026-01-b")
    publish(settings.home, "2025-11", "2025-11-a")
    assert build_in_force(settings.home, None)[0] == "2026-01-b"
