"""The uid that the server runs under where the caller is root, whom PostgreSQL refuses."""

from __future__ import annotations

import grp
import os
import pwd
import re
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from crm.embedded.files import EmbeddedError, digest

# Ids that distributions give to nobody, neither to people nor to services.
_FREE_IDS = range(60578, 61184)
# A socket's path ends at 103 bytes on macOS, 107 on Linux; ours adds up to 43 to the folder.
_TEMPORARY_FOLDER = re.compile(r"[\w./-]{1,60}", re.ASCII)
# The caller's PGPORT, PGDATA or LC_ALL would change what the server does.
_ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}


def chosen_uid(*homes: Path) -> int:
    """The group of the folder that was made for it, else an id without a name or a process, by the project's path."""
    for home in homes:
        if home.exists() and home.stat().st_gid in _FREE_IDS:
            return home.stat().st_gid
    start = int(digest(homes[0]), 16)
    candidates = (_FREE_IDS[(start + step) % len(_FREE_IDS)] for step in range(len(_FREE_IDS)))
    taken = _named_ids() | _running_ids()
    for uid in candidates:
        if uid not in taken:
            return uid
    raise EmbeddedError("Every user id meant for the database is taken. Set DATABASE_URL, or run as an ordinary user.")


def require_name(uid: int) -> None:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        advice = "Use an account of this machine, or set DATABASE_URL"
        raise EmbeddedError(f"initdb refuses to run: the user id {uid} has no name. {advice}.") from None


def named_uid(uid: int) -> int:
    """The uid if it has a name, else one with a name under which nothing runs."""
    named = {user.pw_uid for user in pwd.getpwall()} - {0}
    if uid in named:
        return uid
    idle = named - _running_ids()
    if not idle:
        raise EmbeddedError("initdb needs an account other than root. Set DATABASE_URL, or run as an ordinary user.")
    return min(idle)


def _named_ids() -> set[int]:
    return {user.pw_uid for user in pwd.getpwall()} | {group.gr_gid for group in grp.getgrall()}


def _running_ids() -> set[int]:
    owners = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            owners.add(process.stat().st_uid)
    return owners


def can_use(uid: int, path: Path) -> bool:
    """Whether that uid may enter the folder or run the program: asked of the kernel, which knows every rule."""
    question = ["/bin/sh", "-c", '[ -x "$1" ]', "sh", str(path)]
    return subprocess.run(question, check=False, **as_server(uid)).returncode == 0


def as_server(uid: int | None, user: int | None = None) -> dict[str, Any]:
    """How a program of the server is run: without root's rights, nor a folder that it may not be in."""
    rights = {} if uid is None else {"user": user or uid, "group": uid, "extra_groups": []}
    return {"cwd": "/", "env": _ENVIRONMENT, **rights}


def temporary_folder(uid: int | None) -> Path:
    """Short enough for a socket's path and open to the server's uid."""
    chosen = Path(tempfile.gettempdir())
    if _TEMPORARY_FOLDER.fullmatch(str(chosen)) and (uid is None or can_use(uid, chosen)):
        return chosen
    return Path("/tmp")  # noqa: S108  what is made there is checked for its owner and mode
