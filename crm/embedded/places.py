"""Where a project's database lies, and the one that a test run throws away."""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from crm.embedded.accounts import can_use, chosen_uid, temporary_folder
from crm.embedded.cluster import Cluster
from crm.embedded.files import NAME, digest, let_through, locked, private_folder
from crm.embedded.programs import find_binaries

_SYSTEM_FOLDER = Path("/var/lib")
# Without autovacuum plans depend on what is in the tables, not on when it came by and what it met; all cores are busy
# with tests, none is free for half a statement.
_THROW_AWAY = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "autovacuum=off",
    "max_parallel_workers_per_gather=0",
)


@dataclass(frozen=True)
class Place:
    """Where a project's files and database lie, and the uid its server runs under (None: the caller's own)."""

    private: Path
    home: Path
    uid: int | None


def place_for(project: Path) -> Place:
    """The project's .data, private to its owner; made if need be, and never opened wider if it is there.

    PostgreSQL refuses to run as root. Root's server has a uid that the machine does not use, which may pass through
    .data (0710, its group) to the one folder that it owns; where it cannot reach the project, that lies elsewhere.
    """
    private = project / ".data"
    with locked(project, fcntl.LOCK_EX):
        if os.geteuid() != 0:
            return Place(private_folder(private), private, None)
        if private.exists() and private.stat().st_uid != 0:
            return Place(private, private, private.stat().st_uid)
        elsewhere = _SYSTEM_FOLDER / f"{NAME}-{digest(project)}"
        uid = chosen_uid(private, elsewhere)
        private_folder(private, uid)
        if (private / "postgres").exists() or (not elsewhere.exists() and can_use(uid, private)):
            return Place(private, private, uid)
        return Place(private, private_folder(elsewhere, uid), uid)


def cluster_for(place: Place) -> Cluster:
    return Cluster(place.home, binaries=find_binaries(place.home, place.uid), uid=place.uid)


@contextmanager
def throw_away(place: Place) -> Iterator[Cluster]:
    """A running cluster for one test run: quick, not crash-safe, and gone afterwards.

    Its owner holds a lock on it, so the next run can tell what a killed one left behind and removes that.
    """
    binaries = find_binaries(place.home, place.uid)
    folder = temporary_folder(place.uid)
    prefix = f"{NAME}-test-{digest(place.private)[:8]}-"

    def cluster(home: Path) -> Cluster:
        return Cluster(home, binaries=binaries, uid=place.uid, sockets=home / "s", settings=_THROW_AWAY)

    with ExitStack() as stack:
        # One at a time, lest another run takes a folder for abandoned before it is locked.
        with locked(place.private / "tests.lock"):
            for home in folder.glob(f"{prefix}*"):
                _remove_abandoned(cluster(home))
            home = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
            stack.enter_context(locked(home / "owner.lock"))
        ours = cluster(home)
        stack.callback(ours.remove)
        let_through(home, place.uid)
        ours.start()
        yield ours


def _remove_abandoned(cluster: Cluster) -> None:
    found = cluster.home.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        return
    with suppress(BlockingIOError), locked(cluster.home / "owner.lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
        cluster.remove()
