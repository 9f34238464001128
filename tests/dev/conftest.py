"""A copy of the project, in a path with a space, that uses the environment which the tests run in."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crm.embedded import Cluster, Place, cluster_for, place_for

PROJECT = Path(__file__).resolve().parents[2]
COPIED = (
    "dev.py",
    "manage.py",
    "pyproject.toml",
    "run.lock",
    "test.lock",
    "crm",
    "opportunities",
    "quotes",
    "templates",
    "docs/clients",
)
# What dev.py itself gave to these tests; a person who calls it has none of that.
OURS = ("DATABASE_URL", "EMBEDDED_DATABASE", "DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "DJANGO_SETTINGS_MODULE", "CI")


class Project:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def place(self) -> Place:
        return place_for(self.folder)

    @property
    def cluster(self) -> Cluster:
        return cluster_for(self.place)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        inherited = {name: value for name, value in os.environ.items() if name not in OURS}
        return subprocess.Popen(
            [sys.executable, str(self.folder / "dev.py"), *arguments],
            env=inherited | {"CRM_VENV": sys.prefix} | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
        )

    def call(self, *arguments: str, **environment: str) -> tuple[int, str]:
        """Exit code and everything printed."""
        process = self.start(*arguments, **environment)
        printed, complaints = process.communicate(timeout=1200)
        return process.returncode, printed + complaints


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """Unlike pytest's, which no other uid may enter: under root the database has one of its own."""
    folder = Path(tempfile.mkdtemp(prefix="a project "))
    folder.chmod(0o755)
    try:
        yield folder.resolve()
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def folder() -> Iterator[Path]:
    with reachable_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def home_of_cluster() -> Iterator[Path]:
    """Shared, as making a cluster takes longer than most tests of one."""
    with reachable_folder() as folder:
        yield folder


@pytest.fixture
def cluster(home_of_cluster: Path) -> Iterator[Cluster]:
    with stopped_afterwards(home_of_cluster) as cluster:
        yield cluster


@pytest.fixture
def fresh_cluster(folder: Path) -> Iterator[Cluster]:
    with stopped_afterwards(folder) as cluster:
        yield cluster


@contextmanager
def stopped_afterwards(folder: Path) -> Iterator[Cluster]:
    cluster = cluster_for(place_for(folder))
    cluster.settings = ("fsync=off",)
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(cluster.sockets, ignore_errors=True)


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    with reachable_folder() as folder:
        for name in COPIED:
            source = PROJECT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, folder)
        project = Project(folder)
        yield project
        project.cluster.stop()
        shutil.rmtree(project.cluster.sockets)


@pytest.fixture
def started(project: Project) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """`started("run", …)`: a dev.py that does not outlive the test."""
    processes = []

    def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        processes.append(project.start(*arguments, **environment))
        return processes[-1]

    yield start
    for process in processes:
        process.terminate()
        process.communicate(timeout=120)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(happened: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "It did not happen."
        time.sleep(0.05)


def postmaster(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().splitlines()[0])


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
