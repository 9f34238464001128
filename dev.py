"""Runs the product, its tests and its commands. It needs Python 3.11 or newer and nothing else.

    python3 dev.py run [--host HOST] [--port PORT]   the product with a database of its own and demo data
    python3 dev.py test [PYTEST ARGUMENTS]           the tests, on a database that is thrown away; without
                                                     arguments the whole suite, on all cores
    python3 dev.py manage COMMAND [ARGUMENTS]        a management command on the database of `run`
    python3 dev.py where                             where the data lies

DATABASE_URL makes run and manage use that database instead; CRM_VENV names an environment that you keep yourself.
"""

import argparse
import hashlib
import importlib
import importlib.util
import io
import ipaddress
import multiprocessing
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading


def require_python(version: "tuple[int, ...]", system: str) -> None:
    if version < (3, 11):
        sys.exit("Python 3.11 or newer is needed; this is Python %d.%d." % version[:2])  # noqa: UP031
    if system != "posix":
        sys.exit("Linux or macOS is needed. On Windows, use the Windows Subsystem for Linux.")


# Before the imports that an older Python cannot read; up to here, and in its grammar, this file suits Python 3.6.
require_python(sys.version_info[:2], os.name)

from collections.abc import Callable, Iterator  # noqa: E402
from contextlib import contextmanager, suppress  # noqa: E402
from pathlib import Path  # noqa: E402

from crm.embedded import EmbeddedError, Place, cluster_for, locked, open_private, place_for, throw_away  # noqa: E402

PROJECT = Path(__file__).resolve().parent
LOOPBACK = "127.0.0.1"
# Of the client in bash, docs/clients/deals.sh.
CLIENT_TOOLS = ("curl", "jq")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SERVER_THREADS = 8
WHOLE_SUITE = ("-n", "auto", "--dist", "worksteal")
SERVER_STOP_SECONDS = 5
# What is being sent to a webhook may take eight.
WORKER_STOP_SECONDS = 10
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: list[str]) -> int:
    commands: dict[str, Callable[[list[str]], int]] = {"run": run, "test": test, "manage": manage, "where": where}
    if not arguments or arguments[0] not in commands:
        say(__doc__ or "")
        return 0 if arguments[:1] in (["-h"], ["--help"], ["help"]) else 2
    for number in ENDING_SIGNALS:
        signal.signal(number, end)
    try:
        return commands[arguments[0]](arguments[1:])
    except EmbeddedError as error:
        sys.exit(str(error))
    except PermissionError as error:
        sys.exit(f"{error.filename or error} belongs to another user: run as that user, or remove it.")


def run(arguments: list[str]) -> int:
    options = run_options(arguments)
    free_address(options.host, options.port)
    enter_environment(".venv", "run.lock")
    place = place_for(PROJECT)
    settle_environment(place, PORT=str(options.port), ALLOWED_HOSTS=allowed_hosts(options.host))
    with database(place) as embedded:
        # Its password is public: seed_demo refuses where others can come.
        demo = embedded and is_loopback(options.host)
        prepare_database(place, demo=demo)
        # Again, as installing takes long, and the server would share the port instead of refusing it.
        address = free_address(options.host, options.port)
        serve(address, options.port, welcome=welcome(embedded=embedded, demo=demo))
    return 0


def test(arguments: list[str]) -> int:
    enter_environment(".venv-test", "test.lock")
    place = place_for(PROJECT)
    required = not arguments or bool(os.environ.get("CI"))
    find_browser(required=required)
    find_client_tools(required=required)
    with throw_away(place) as cluster:
        use_embedded(cluster.url)
        settle_environment(place, DJANGO_ALLOW_ASYNC_UNSAFE="1", DJANGO_SETTINGS_MODULE="crm.settings")
        return run_child([sys.executable, "-m", "pytest", *(arguments or WHOLE_SUITE)], folder=PROJECT)


def manage(arguments: list[str]) -> int:
    enter_environment(".venv", "run.lock")
    place = place_for(PROJECT)
    settle_environment(place)
    with database(place):
        return run_child([sys.executable, str(PROJECT / "manage.py"), *arguments])


def where(arguments: list[str]) -> int:
    if arguments:
        sys.exit("where takes no arguments.")
    place = place_for(PROJECT)
    say(f"Database: {place.home / 'postgres'}\nLog: {place.home / 'postgres.log'}\nKey and locks: {place.private}")
    return 0


# What is needed before the start


def run_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py run")
    parser.add_argument("--host", default=LOOPBACK, help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", default=8000, type=int, choices=range(1, 65536), metavar="PORT", help="default: 8000")
    return parser.parse_args(arguments)


def free_address(host: str, port: int) -> str:
    """The host's numeric address, on which nothing listens; else the end."""
    try:
        # "localhost" has two of them: IPv4, which sorts first, is the one that people expect.
        family, _, _, _, address = min(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # Connections of a server that has just ended do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return str(address[0])
    except OSError as error:
        sys.exit(f"Cannot listen on {host}, port {port}: {error.strerror}. Choose another one with --port or --host.")


def enter_environment(folder: str, lock: str) -> None:
    """Go on inside the virtual environment, installed first if its lock file changed: replaces this process."""
    kept = os.environ.get("CRM_VENV")
    venv = Path(kept) if kept else PROJECT / folder
    if not kept:
        install(venv, PROJECT / lock)
    if Path(sys.prefix).resolve() != venv.resolve():
        python = str(venv / "bin" / "python")
        os.execv(python, [python, str(PROJECT / "dev.py"), *sys.argv[1:]])  # noqa: S606


def install(venv: Path, lock: Path) -> None:
    stamp = venv / "installed"
    if is_installed(venv, lock):
        return
    require_venv()
    with locked(place_for(PROJECT).private / f"{venv.name}.lock"):
        if is_installed(venv, lock):
            return
        say(f"Installing what {lock.name} names into {venv.name} (only when that changes) …")
        make_venv(venv, stamp)
        options = ("--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile", "--no-input", "-qq")
        command = [str(venv / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", *options]
        if subprocess.run([*command, "-r", str(lock)], env=os.environ | {"PIP_USER": "0"}, check=False).returncode:
            sys.exit("Installing failed, for the reason above. This step needs the network or a package index.")
        stamp.write_text(stamp_of(venv, lock))


def is_installed(venv: Path, lock: Path) -> bool:
    stamp = venv / "installed"
    return stamp.exists() and stamp.read_text() == stamp_of(venv, lock)


def stamp_of(venv: Path, lock: Path) -> str:
    """What was installed, for which Python: a distribution's upgrade puts another one behind the same name."""
    python = os.path.realpath(venv / "bin" / "python")
    return f"{hashlib.sha256(lock.read_bytes()).hexdigest()} {python} {os.path.exists(python)}"


def require_venv() -> None:
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return
    name = "python%d.%d-venv" % sys.version_info[:2]  # noqa: UP031
    sys.exit(f"This Python lacks the venv module. On Debian or Ubuntu: apt-get install {name}")


def make_venv(venv: Path, stamp: Path) -> None:
    """Anew if we made it (the stamp tells), so that nothing old stays; one that somebody else made is only added to."""
    ours = stamp.exists() or not venv.exists()
    command = [sys.executable, "-m", "venv", *(["--clear"] if ours else []), str(venv)]
    if subprocess.run(command, check=False).returncode:
        sys.exit(f"Making {venv} failed, for the reason above.")
    if ours:
        stamp.write_text("unfinished")


# Settings and database


def settle_environment(place: Place, **values: str) -> None:
    """Defaults for what the settings read; whatever the caller has set stays, but for `values`."""
    os.environ.update(values)
    os.environ.setdefault("SECRET_KEY", secret_key(place.private))
    os.environ.setdefault("API_RATE_LIMIT", "0")


def secret_key(folder: Path) -> str:
    with locked(folder / "secret_key.lock"):
        path = folder / "secret_key"
        if not path.exists() or not path.read_text():
            with os.fdopen(open_private(path, os.O_WRONLY), "w") as file:
                file.write(secrets.token_urlsafe(50))
        return path.read_text()


def allowed_hosts(host: str) -> str:
    """Listening on every address means being called by names that are not known here."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104
        return "*"
    return ",".join(["localhost", LOOPBACK, "[::1]", url_host(host)])


def is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def url_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@contextmanager
def database(place: Place) -> Iterator[bool]:
    """The embedded database, unless the caller names another; tells which."""
    if os.environ.get("DATABASE_URL"):
        yield False
        return
    cluster = cluster_for(place)
    with cluster.in_use():
        use_embedded(cluster.url)
        # For `manage dbshell`.
        os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), str(cluster.binaries)])
        yield True


def use_embedded(url: str) -> None:
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]  # the driver would mix the caller's PGOPTIONS or PGSSLMODE in
    os.environ.update(DATABASE_URL=url, EMBEDDED_DATABASE="1")
    # Tests too: the manifest of static files and HTTPS are for deployments. pytest-django turns settings.DEBUG off.
    os.environ.setdefault("DEBUG", "1")


def prepare_database(place: Place, *, demo: bool) -> None:
    """In this process, as each start of Python and Django takes most of a second."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    with locked(place.private / "prepare.lock"):
        call_command("migrate", verbosity=0, interactive=False)
        if demo:
            # The sign-ins that it tells of are told at every start.
            call_command("seed_demo", if_empty=True, stdout=io.StringIO())
    connections.close_all()


# The server


def serve(address: str, port: int, *, welcome: str) -> None:
    """Until a signal ends it. A worker that dies is replaced."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = Granian(
        "crm.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=SERVER_THREADS,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=SERVER_STOP_SECONDS,
    )

    @server.on_startup
    def started() -> None:
        # The server takes a hang-up for "reload", and would outlive the terminal that it was started in.
        signal.signal(signal.SIGHUP, server.signal_handler_interrupt)
        say(f"http://{url_host(address)}:{port}/ (Ctrl-C ends it){welcome}")

    with webhooks_sent():
        server.serve(target_loader=load_application)


@contextmanager
def webhooks_sent() -> Iterator[None]:
    """A process beside the server that sends them, and ends before the database does."""
    worker = multiprocessing.get_context("spawn").Process(target=send_webhooks, daemon=True)
    worker.start()
    try:
        yield
    finally:
        worker.terminate()
        worker.join(WORKER_STOP_SECONDS)
        worker.kill()


def send_webhooks() -> None:
    # Ctrl-C in a terminal reaches it too; the command takes it once it runs.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, daemon=True).start()
    import django
    from django.core.management import call_command

    django.setup()
    call_command("deliver_webhooks")


def load_application(target: str) -> Callable[..., object]:
    """Runs in the worker, which must not outlive a killed dev.py: it would hold the port."""
    threading.Thread(target=end_with_parent, daemon=True).start()
    module, name = target.split(":")
    application: Callable[..., object] = getattr(importlib.import_module(module), name)
    return application


def end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def welcome(*, embedded: bool, demo: bool) -> str:
    from opportunities.demo.company import PASSWORD, PEOPLE

    if demo:
        return f"\nDemo sign-ins: {', '.join(person.username for person in PEOPLE)}. Password: {PASSWORD}"
    if embedded:
        return "\nDemo users, if there are any, have a public password: whoever reaches this address can sign in."
    return ""


# A browser and tools for the tests


def find_browser(*, required: bool) -> None:
    """Names it in $CHROMIUM. Where one is required, it is installed if need be."""
    ways: list[Callable[[], str | None]] = [named_browser, browser_on_path]
    if required:
        ways += [browser_from_debian, browser_from_playwright]
    for way in ways:
        found = way()
        if found and works(found):
            os.environ["CHROMIUM"] = found
            return
    message = "There is no Chromium for the browser tests. Install chromium or google-chrome, or name one in $CHROMIUM."
    if required:
        sys.exit(message)
    say(message)


def named_browser() -> str | None:
    return os.environ.get("CHROMIUM")


def browser_on_path() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def browser_from_debian() -> str | None:
    install_from_debian("chromium")
    return browser_on_path()


def browser_from_playwright() -> str | None:
    say("Downloading Playwright's chromium …")
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    code = "import playwright.sync_api as p\nwith p.sync_playwright() as it: print(it.chromium.executable_path)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stdout.strip()


def works(browser: str) -> bool:
    """Ubuntu's chromium is a note that says to install another one."""
    with suppress(OSError):
        return subprocess.run([browser, "--version"], capture_output=True, check=False).returncode == 0
    return False


def find_client_tools(*, required: bool) -> None:
    """Without them the tests of that client fail; all others go on."""
    if required and missing_tools():
        install_from_debian(*missing_tools())
    if missing_tools():
        say(f"The tests of docs/clients/deals.sh will fail without {' and '.join(missing_tools())}: install them.")


def missing_tools() -> list[str]:
    return [tool for tool in CLIENT_TOOLS if not shutil.which(tool)]


def install_from_debian(*packages: str) -> None:
    """Where this is Debian or its like, and root may."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    say(f"Installing Debian's {' and '.join(packages)} …")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "-qq", *words], env=quiet, stdin=subprocess.DEVNULL, check=False)  # noqa: S607


# Processes


def run_child(command: list[str], folder: Path | None = None) -> int:
    """Its exit code. A signal for us is passed on, and we wait: what it uses must not go before it does."""
    child = subprocess.Popen(command, cwd=folder)

    def forward(number: int, frame: object) -> None:
        # Ctrl-C in a terminal reaches the child without us, and a second one would cut its ending short.
        if number != signal.SIGINT or not os.isatty(0):
            child.send_signal(number)

    for number in ENDING_SIGNALS:
        signal.signal(number, forward)
    code = child.wait()
    return code if code >= 0 else 128 - code


def end(number: int, frame: object) -> None:
    """Ends through every `with` on the way; the same signal once more does not break into that."""
    for ending in ENDING_SIGNALS:
        signal.signal(ending, signal.SIG_IGN)
    sys.exit(128 + number)


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
