"""dev.py as people and machines use it: the real product in a fresh folder, real processes, real signals."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dev.conftest import Project, eventually, kill

pytestmark = pytest.mark.dev

START_SECONDS = 300  # on a machine that has much else to do; the demo data take the most of it
Start = Callable[..., "subprocess.Popen[str]"]


def status(port: int) -> int | None:
    """Of the first page; None where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def children_of(server: subprocess.Popen[str]) -> dict[int, bytes]:
    """Their command lines."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children}


def worker_of(server: subprocess.Popen[str]) -> int:
    """Its other children are the database and what sends webhooks."""
    children = children_of(server).items()
    [worker] = [pid for pid, line in children if b"postgres" not in line and b"multiprocessing" not in line]
    return worker


def sender_of(server: subprocess.Popen[str]) -> int:
    """What sends webhooks."""
    [sender] = [pid for pid, line in children_of(server).items() if b"spawn_main" in line]
    return sender


@pytest.fixture
def server(started: Start, port: int) -> subprocess.Popen[str]:
    server = started("run", "--port", str(port))
    eventually(lambda: server.poll() is not None or status(port) == 200, START_SECONDS)
    assert server.poll() is None, server.communicate()
    return server


def test_the_first_start_serves_and_tells_the_sign_ins(
    project: Project, server: subprocess.Popen[str], port: int
) -> None:
    first, second = server.stdout.readline(), server.stdout.readline()
    assert f"http://127.0.0.1:{port}/" in first
    assert "rep, teammate, member, manager, stranger, vp, admin" in second
    assert "demo-only" in second
    assert project.cluster.running


def test_it_listens_on_the_loopback_only(server: subprocess.Popen[str], port: int) -> None:
    listening = {
        line.split()[1]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
    }
    assert listening == {f"0100007F:{port:04X}"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_server_and_database(
    project: Project, server: subprocess.Popen[str], port: int, number: signal.Signals
) -> None:
    server.send_signal(number)
    _, complaints = server.communicate(timeout=120)
    assert server.returncode == 0
    assert "Traceback" not in complaints
    assert is_free(port)
    assert not project.cluster.running


def test_a_taken_port_is_told_before_anything_else(project: Project, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        code, printed = project.call("run", "--port", str(port), CRM_VENV="/nowhere")
    assert code == 1
    assert f"port {port}: Address already in use" in printed
    assert "Traceback" not in printed


def test_a_command_leaves_a_running_database_running(
    project: Project, server: subprocess.Popen[str], port: int
) -> None:
    assert project.call("manage", "check", "--database", "default")[0] == 0
    assert project.cluster.running
    assert status(port) == 200


def test_a_command_leaves_a_stopped_database_stopped(project: Project) -> None:
    code, printed = project.call("manage", "shell", "-c", "print(__import__('django').db.connection.cursor())")
    assert (code, "Cursor" in printed) == (0, True)
    assert not project.cluster.running


def test_commands_at_once_do_not_stop_each_others_database(started: Start) -> None:
    """Each asks the database at its very end, when the other is on its way out."""
    script = "from django.db import connection as c; import time; c.cursor(); time.sleep({}); c.close(); c.cursor()"
    both = [started("manage", "shell", "-c", script.format(seconds)) for seconds in (0.1, 1.5)]
    assert [(it.wait(300), it.stderr.read()) for it in both] == [(0, ""), (0, "")]


def test_a_command_gives_its_exit_code(project: Project) -> None:
    assert project.call("manage", "shell", "-c", "raise SystemExit(7)")[0] == 7


def test_a_signal_to_a_command_ends_it_and_the_database(project: Project, started: Start) -> None:
    command = started("manage", "shell", "-c", "print('in', flush=True); import time; time.sleep(60)")
    while command.stdout.readline() != "in\n":
        assert command.poll() is None
    command.terminate()
    assert command.wait(120) == 128 + signal.SIGTERM
    assert not project.cluster.running


def test_after_a_kill_of_everything_the_next_start_works(
    project: Project, server: subprocess.Popen[str], started: Start, port: int
) -> None:
    worker = worker_of(server)
    kill(int((project.cluster.data / "postmaster.pid").read_text().splitlines()[0]))
    kill(worker)
    kill(server.pid)
    server.wait()
    eventually(lambda: is_free(port))
    again = started("run", "--port", str(port))
    eventually(lambda: status(port) == 200, START_SECONDS)
    again.terminate()
    assert again.wait(120) == 0


def test_a_killed_dev_leaves_neither_server_nor_a_lasting_database(
    project: Project, server: subprocess.Popen[str], port: int
) -> None:
    sender = sender_of(server)
    kill(server.pid)
    server.wait()
    eventually(lambda: is_free(port) and not Path(f"/proc/{sender}").exists())
    assert project.cluster.running
    assert project.call("manage", "check")[0] == 0
    assert not project.cluster.running


def test_a_killed_worker_is_replaced(server: subprocess.Popen[str], port: int) -> None:
    worker = worker_of(server)
    kill(worker)
    eventually(lambda: not Path(f"/proc/{worker}").exists())
    eventually(lambda: status(port) == 200)
    assert server.poll() is None


def test_where_tells_where_the_data_lie(project: Project) -> None:
    code, printed = project.call("where")
    assert code == 0
    assert str(project.cluster.data) in printed


# `test`


@pytest.fixture
def suite(project: Project) -> Path:
    """What `dev.py test` finds in the copy of the project."""
    folder = project.folder / "tests"
    folder.mkdir(exist_ok=True)
    return folder


def test_it_gives_the_exit_code_of_the_tests(project: Project, suite: Path) -> None:
    (suite / "test_some.py").write_text("def test_good(): pass\ndef test_bad(): assert not 'bad'\n")
    code, printed = project.call("test", "-q")
    assert "1 failed, 1 passed" in printed
    assert code == 1
    assert project.call("test", "-q", "-k", "good")[0] == 0


def test_tests_have_a_database_of_their_own(project: Project, suite: Path, tmp_path: Path) -> None:
    (suite / "test_some.py").write_text(
        "import os\ndef test_it():\n"
        f"    open({str(tmp_path / 'url')!r}, 'w').write(os.environ['DATABASE_URL'])\n"
        "    assert os.environ['DJANGO_ALLOW_ASYNC_UNSAFE'] == '1'\n"
    )
    code, printed = project.call("test", "-q", DATABASE_URL="postgresql://db.example/precious")
    assert code == 0, printed
    url = (tmp_path / "url").read_text()
    assert "/crm-test-" in url
    assert str(project.cluster.sockets) not in url
    assert not Path(url.split(":5432/")[1]).parents[1].exists()


def test_a_signal_ends_the_tests_and_removes_their_database(started: Start, suite: Path, tmp_path: Path) -> None:
    (suite / "test_some.py").write_text(
        "import os, time\ndef test_it():\n"
        f"    open({str(tmp_path / 'url')!r}, 'w').write(os.environ['DATABASE_URL'])\n"
        "    time.sleep(60)\n"
    )
    tests = started("test", "-q")
    eventually(lambda: (tmp_path / "url").exists() and (tmp_path / "url").read_text())
    home = Path((tmp_path / "url").read_text().split(":5432/")[1]).parents[1]
    assert home.exists()
    os.kill(tests.pid, signal.SIGTERM)
    assert tests.wait(120) == 128 + signal.SIGTERM
    assert not home.exists()
