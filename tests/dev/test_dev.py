"""What dev.py decides by itself, without a database or a server."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import dev

# Python and system


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 0), (3, 10, 13)])
def test_an_older_python_is_told_what_is_needed(version: tuple[int, ...]) -> None:
    with pytest.raises(SystemExit, match=r"^Python 3\.11 or newer is needed; this is Python \d\.\d+\.$"):
        dev.require_python(version, "posix")


def test_another_system_is_told_what_is_needed() -> None:
    with pytest.raises(SystemExit, match="Linux or macOS is needed"):
        dev.require_python((3, 13, 0), "nt")


def test_this_python_will_do() -> None:
    dev.require_python((3, 11, 0), "posix")
    dev.require_python((3, 14, 0, "final", 0), "posix")


def test_an_older_python_can_read_the_check() -> None:
    """Its grammar is what matters: the check itself runs before anything else of the file."""
    source = Path(dev.__file__).read_text()
    ast.parse(source, feature_version=(3, 7))
    assert source.index("require_python(sys.version_info") < source.index("from crm.embedded")


def test_a_python_without_venv_is_told_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object())
    with pytest.raises(SystemExit, match=r"apt-get install python3\.\d+-venv"):
        dev.require_venv()


# Environment


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would have been run, each with success."""
    seen: list[list[str]] = []

    def run(command: list[str], **options: object) -> SimpleNamespace:
        seen.append([str(word) for word in command])
        return SimpleNamespace(returncode=0, stdout="")

    # Found beforehand: in a new clone finding it runs a command of its own.
    place = dev.place_for(dev.PROJECT)
    monkeypatch.setattr(dev, "place_for", lambda project: place)
    monkeypatch.setattr(dev.subprocess, "run", run)
    return seen


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "some.lock"
    path.write_text("django==5.2\n")
    return path


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """An environment that is there, made by nobody in particular."""
    path = tmp_path / ".venv"
    (path / "bin").mkdir(parents=True)
    (path / "bin" / "python").symlink_to(sys.executable)
    return path


def test_what_is_installed_is_not_installed_again(venv: Path, lock: Path, calls: list[list[str]]) -> None:
    dev.install(venv, lock)
    assert [command[1:4] for command in calls] == [
        ["-m", "venv", str(venv)],
        ["-m", "pip", "--disable-pip-version-check"],
    ]
    calls.clear()
    dev.install(venv, lock)
    assert calls == []


def test_only_hash_checked_wheels_are_installed(venv: Path, lock: Path, calls: list[list[str]]) -> None:
    dev.install(venv, lock)
    assert {"--require-hashes", "--only-binary=:all:", "--no-deps"} <= set(calls[-1])
    assert calls[-1][-2:] == ["-r", str(lock)]


def test_a_changed_lock_is_installed(venv: Path, lock: Path, calls: list[list[str]]) -> None:
    dev.install(venv, lock)
    lock.write_text("django==5.3\n")
    assert not dev.is_installed(venv, lock)


def test_another_python_behind_the_name_is_noticed(venv: Path, lock: Path, calls: list[list[str]]) -> None:
    dev.install(venv, lock)
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").symlink_to("/nowhere/python3")
    assert not dev.is_installed(venv, lock)


def test_our_own_environment_is_made_anew(venv: Path, lock: Path, calls: list[list[str]]) -> None:
    dev.install(venv, lock)
    lock.write_text("django==5.3\n")
    calls.clear()
    dev.install(venv, lock)
    assert "--clear" in calls[0]


def test_somebody_elses_environment_is_not_cleared(venv: Path, lock: Path, calls: list[list[str]]) -> None:
    dev.install(venv, lock)
    assert "--clear" not in calls[0]


def test_a_failed_installation_is_tried_again(venv: Path, lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.subprocess, "run", lambda command, **options: SimpleNamespace(returncode="pip" in command))
    with pytest.raises(SystemExit, match="Installing failed"):
        dev.install(venv, lock)
    assert not dev.is_installed(venv, lock)


# Settings


def test_the_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    key = dev.secret_key(tmp_path)
    assert len(key) >= 50
    assert dev.secret_key(tmp_path) == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_key_that_was_never_written_is_made(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    assert len(dev.secret_key(tmp_path)) >= 50


@pytest.mark.parametrize(
    ("host", "allowed", "loopback"),
    [
        ("127.0.0.1", "localhost,127.0.0.1,[::1],127.0.0.1", True),
        ("localhost", "localhost,127.0.0.1,[::1],localhost", True),
        ("::1", "localhost,127.0.0.1,[::1],[::1]", True),
        ("192.0.2.7", "localhost,127.0.0.1,[::1],192.0.2.7", False),
        ("crm.example", "localhost,127.0.0.1,[::1],crm.example", False),
        ("0.0.0.0", "*", False),
        ("::", "*", False),
    ],
)
def test_the_host_is_allowed_and_demo_users_only_on_the_loopback(host: str, allowed: str, loopback: bool) -> None:
    assert dev.allowed_hosts(host) == allowed
    assert dev.is_loopback(host) is loopback


def test_a_database_of_the_callers_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/crm")
    monkeypatch.setattr(dev, "cluster_for", lambda place: pytest.fail("started a database of its own"))
    with dev.database(None) as embedded:
        assert embedded is False
        assert os.environ["DATABASE_URL"] == "postgresql://db.example/crm"


def test_the_drivers_own_variables_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "EMBEDDED_DATABASE", "DEBUG", "PGOPTIONS"):
        monkeypatch.setenv(name, "0")
    dev.use_embedded("postgresql://crm@//tmp/x/crm")
    assert "PGOPTIONS" not in os.environ
    assert [os.environ[name] for name in ("EMBEDDED_DATABASE", "DEBUG")] == ["1", "0"]


@pytest.mark.parametrize("arguments", [["--port", "0"], ["--port", "70000"], ["--port", "http"], ["extra"]])
def test_a_wrong_option_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        dev.run_options(arguments)
    assert refusal.value.code == 2


# Browser


@pytest.fixture
def browsers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH, empty, and no browser named. Nothing can be installed."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CHROMIUM", "")
    monkeypatch.setattr(dev, "browser_from_debian", lambda: None)
    monkeypatch.setattr(dev, "browser_from_playwright", lambda: "")
    return tmp_path


def program(path: Path, code: int = 0) -> str:
    path.write_text(f"#!/bin/sh\nexit {code}\n")
    path.chmod(0o755)
    return str(path)


def test_the_named_browser_comes_first(browsers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(browsers / "chromium")
    monkeypatch.setenv("CHROMIUM", program(browsers / "mine"))
    dev.find_browser(required=True)
    assert os.environ["CHROMIUM"] == str(browsers / "mine")


def test_a_browser_that_does_not_run_is_passed_over(browsers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", program(browsers / "broken", code=1))
    found = program(browsers / "google-chrome")
    dev.find_browser(required=False)
    assert os.environ["CHROMIUM"] == found


def test_a_required_browser_is_installed(browsers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "browser_from_debian", lambda: program(browsers / "installed"))
    dev.find_browser(required=True)
    assert os.environ["CHROMIUM"] == str(browsers / "installed")


def test_without_any_browser_the_whole_suite_ends(browsers: Path) -> None:
    with pytest.raises(SystemExit, match="There is no Chromium"):
        dev.find_browser(required=True)


def test_without_any_browser_a_few_tests_run_with_a_warning(
    browsers: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "browser_from_debian", lambda: pytest.fail("installed a browser unasked"))
    dev.find_browser(required=False)
    assert "There is no Chromium" in capsys.readouterr().out


# Tools of the clients


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH, with curl and without jq; what is installed appears there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    program(tmp_path / "curl")
    monkeypatch.setattr(dev, "install_from_debian", lambda *names: [program(tmp_path / name) for name in names])
    return tmp_path


def test_for_the_whole_suite_a_missing_tool_is_installed(tools: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dev.find_client_tools(required=True)
    assert sorted(path.name for path in tools.iterdir()) == ["curl", "jq"]
    assert capsys.readouterr().out == ""


def test_for_a_few_tests_a_missing_tool_is_told_and_not_installed(
    tools: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dev.find_client_tools(required=False)
    assert "will fail without jq" in capsys.readouterr().out
    assert [path.name for path in tools.iterdir()] == ["curl"]


# Words


@pytest.mark.parametrize(("arguments", "code"), [([], 2), (["nonsense"], 2), (["--help"], 0)])
def test_it_tells_its_commands(arguments: list[str], code: int) -> None:
    command = [sys.executable, dev.__file__, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert "dev.py run" in done.stdout
