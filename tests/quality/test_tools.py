"""What tools can see: style, types, layers, migrations, the deployment check, the lock files."""

import os
import re
import secrets
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import grimp
import pytest
from importlinter.cli import lint_imports
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# What holds the rules. It may know itself and the platform, and none of the surfaces that call it.
CORE = {
    "opportunities": ("actions", "close_fields", "locks", "models", "problems", "querysets", "requests"),
    "quotes": ("actions", "locks", "models", "problems", "querysets", "requests", "states"),
}
# The platform's own surfaces, which the core may not know either.
PLATFORM_SURFACES = ("crm.api", "crm.settings", "crm.urls", "crm.views", "crm.forms", "crm.management")


def run(*command: str, **environment: str) -> None:
    """Runs a tool of this Python environment at the root; what it says is the failure."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_ruff_finds_nothing():
    run("ruff", "check", "--no-cache", ".")


def test_the_code_is_formatted():
    run("ruff", "format", "--check", "--no-cache", ".")


def test_mypy_finds_nothing(tmp_path):
    run("mypy", "--cache-dir", str(tmp_path))


class TestLayers:
    def test_the_contracts_are_kept(self, monkeypatch, capsys):
        monkeypatch.chdir(ROOT)
        status = lint_imports(no_cache=True)
        assert status == 0, capsys.readouterr().out

    def test_no_rule_hangs_on_a_surface(self):
        graph = grimp.build_graph(*CORE, "crm", cache_dir=None)
        core = {f"{app}.{part}" for app, parts in CORE.items() for part in parts}

        def is_below(module, parents):
            return any(module == parent or module.startswith(f"{parent}.") for parent in parents)

        modules = [module for module in graph.modules if is_below(module, core)]
        assert len(modules) > len(core)
        known = {(module, other) for module in modules for other in graph.find_modules_directly_imported_by(module)}
        assert {
            (module, other)
            for module, other in known
            if is_below(other, PLATFORM_SURFACES) or not is_below(other, {*core, "crm"})
        } == set()


def test_the_migrations_are_complete():
    run("django", "makemigrations", "--check", "--dry-run", DJANGO_SETTINGS_MODULE="crm.settings")


def test_a_deployment_is_checked_without_a_warning():
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "DEBUG"],
        cwd=ROOT,
        env=environment
        | {
            "SECRET_KEY": secrets.token_urlsafe(60),
            "DATABASE_URL": "postgresql://crm@db.example/crm",
            "ALLOWED_HOSTS": "crm.example",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_psycopg_3_is_not_installed():
    """Django would silently prefer it to psycopg2, and it is slower in what we do most."""
    with pytest.raises(PackageNotFoundError):
        distribution("psycopg")


class TestLockFiles:
    @pytest.fixture(params=["run.lock", "test.lock"])
    def lock(self, request):
        return (ROOT / request.param).read_text()

    def test_they_hold_no_address(self, lock):
        assert re.findall(r"(?m)^(?!\s*#).*(?:://|git\+|--index|--find-links).*$", lock) == []

    def test_every_package_is_pinned_and_hashed(self, lock):
        requirements = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n?", "", lock).strip())
        assert len(requirements) > 10
        for requirement in requirements:
            assert re.match(r"[\w.-]+==\S+", requirement), requirement
            assert "--hash=sha256:" in requirement, requirement

    @pytest.mark.parametrize(("name", "extras"), [("run.lock", []), ("test.lock", ["test"])])
    def test_they_agree_with_the_project(self, name, extras):
        pinned = _pins(ROOT / name)
        wanted = list(PROJECT["dependencies"])
        for extra in extras:
            wanted += PROJECT["optional-dependencies"][extra]
        for text in wanted:
            requirement = Requirement(text)
            version = pinned.get(canonicalize_name(requirement.name))
            assert version, f"{requirement} is not in {name}"
            assert requirement.specifier.contains(version, prereleases=True), f"{requirement} is {version} in {name}"

    def test_both_pin_the_same_versions(self):
        run_pins, test_pins = _pins(ROOT / "run.lock"), _pins(ROOT / "test.lock")
        assert {name: test_pins.get(name) for name in run_pins} == run_pins


def _pins(path: Path) -> dict[str, str]:
    """The versions that a lock file gives this machine."""
    pins = {}
    for line in re.findall(r"(?m)^[\w.\[\]-]+==[^\\\n]+", path.read_text()):
        requirement = Requirement(line.strip())
        if requirement.marker is None or requirement.marker.evaluate(default_environment()):
            pins[canonicalize_name(requirement.name)] = next(iter(requirement.specifier)).version
    return pins
