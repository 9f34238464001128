"""One PostgreSQL server: made, started, shared by the commands that use it, and stopped by the last of them."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from crm.embedded.accounts import as_server, named_uid, require_name, temporary_folder
from crm.embedded.files import NAME, EmbeddedError, digest, locked, open_private
from crm.embedded.programs import VERSION

PORT = "5432"
START_SECONDS = 60  # crash recovery takes time
STOP_SECONDS = 60
START_ATTEMPTS = 20  # half a second apart: after a kill -9 the old backends live on for about two seconds


class _Postmaster(NamedTuple):
    sockets: Path
    ready: bool


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
        self.sockets = sockets or temporary_folder(uid) / f"{NAME}-{digest(self.data)}"
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
            require_name(os.geteuid())
            return self._run("initdb", *options)
        # initdb alone refuses a uid without a name. Nobody else of the lender's uid gets into our folder meanwhile.
        lender = named_uid(self.uid)
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
                **as_server(self.uid),
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
            **as_server(self.uid, user),
        )
        if done.returncode:
            raise EmbeddedError(f"{program} failed:\n{done.stdout.strip()}")

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])


def _command_line(pid: str) -> str:
    if not Path("/proc/self").exists():
        command = ["/bin/ps", "-ww", "-o", "command=", "-p", pid]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    with suppress(OSError):
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" "))
    return ""
