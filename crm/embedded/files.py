"""Files and folders that nobody else may open, and locks that a killed process lets go."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NAME = "crm"


class EmbeddedError(Exception):
    """The database cannot be had; the message says why to a person."""


@contextmanager
def locked(path: Path, kind: int = fcntl.LOCK_EX) -> Iterator[int]:
    """Hold a lock on the file (made if need be) or folder. The kernel frees it however the process ends."""
    descriptor = os.open(path, os.O_RDONLY) if path.is_dir() else open_private(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, kind)
        yield descriptor
    finally:
        os.close(descriptor)


def open_private(path: Path, flags: int) -> int:
    """A descriptor of the file, made 0600 for its folder's owner. A link in its place is refused."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def private_folder(path: Path, uid: int | None = None) -> Path:
    """Made 0700, or 0710 for the group `uid`; one that is there stays as it is."""
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        let_through(path, uid)
    return path


def let_through(folder: Path, uid: int | None) -> None:
    if uid is not None:
        os.chown(folder, 0, uid)
        folder.chmod(0o710)


def digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
