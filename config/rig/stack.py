"""A whole MetricPal of its own: `./metricpal up` in a scratch folder on a free port, to be measured or broken."""

import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from config.embedded.probes import free_port, port_is_free
from config.rig import cost

ROOT = Path(__file__).resolve().parent.parent.parent
PROCESSES = ("postgres", "redis", "buffer", "eventstore", "web", "live", "writer", "worker", "beat")
# The setting that names a store elsewhere; that store is not started then.
ADDRESSES = {
    "postgres": "DATABASE_URL",
    "redis": "REDIS_URL",
    "buffer": "BUFFER_URL",
    "eventstore": "EVENT_STORE_URL",
}


@dataclass(frozen=True)
class Tenant:
    """A workspace made through the API, and what one needs to use it."""

    workspace: str  # uid
    slug: str
    key: str
    token: str


class Stack:
    """Use as a context manager. `environment` is added to an otherwise empty one."""

    def __init__(self, folder: Path | None = None, **environment: str) -> None:
        self._scratch = None if folder else tempfile.TemporaryDirectory(prefix="metricpal-rig-")
        self.var = folder or Path(self._scratch.name)  # type: ignore[union-attr]
        self.port = _free_port()
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Stack":
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._scratch:
            self._scratch.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def processes(self) -> list[str]:
        """What this stack runs itself."""
        return [name for name in PROCESSES if ADDRESSES.get(name) not in self.environment]

    def _env(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", str(self.var)),
            "METRICPAL_VAR": str(self.var),
            "METRICPAL_PORT": str(self.port),
            **self.environment,
        }

    def start(self, patience_s: float = 120) -> None:
        with self._log.open("ab") as log:
            before = log.tell()
            self.process = subprocess.Popen(
                [str(ROOT / "metricpal"), "up"],
                cwd=ROOT,
                env=self._env(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while b"Ready in" not in self._log.read_bytes()[before:]:  # `up` itself gives up what takes too long
            self._check_alive()
            time.sleep(0.1)
        self.wait_ready(patience_s)

    @property
    def _log(self) -> Path:
        return self.var / "rig.log"

    def _check_alive(self) -> None:
        if self.process and self.process.poll() is not None:
            raise RuntimeError(f"`./metricpal up` ended: {self._log.read_text()[-2000:]}")

    def wait_ready(self, patience_s: float = 120) -> None:
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            self._check_alive()
            try:
                with urllib.request.urlopen(f"{self.url}/readiness", timeout=3) as answer:
                    # A worker whose master was killed still answers for a moment: all must run as the supervisor says.
                    # Events are acknowledged without the log, too; a test begins with everything.
                    if json.load(answer)["status"] == "ready" and all(
                        Path(f"/proc/{self.pid(name)}").exists() for name in self.processes
                    ):
                        return
            except (OSError, KeyError):
                pass
            time.sleep(0.2)
        raise TimeoutError(f"not ready after {patience_s} s: {self._log.read_text()[-2000:]}")

    def wait_stored(self, patience_s: float = 120) -> None:
        """Until what was acknowledged is stored and committed: nothing in the spools, nothing in the log."""
        end = time.monotonic() + patience_s
        while list((self.var / "spool").glob("*.spool")) or self._waiting() != 0:
            if time.monotonic() > end:
                raise TimeoutError(f"not stored after {patience_s} s: {self._log.read_text()[-2000:]}")
            time.sleep(0.2)

    def _waiting(self) -> int | None:
        """Requests in the log; None while nobody can tell."""
        try:
            waiting: int | None = self.request("GET", "/readiness")["analytics"]["waiting"]
        except (RuntimeError, OSError):
            return None
        return waiting

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)

    def pid(self, name: str) -> int:
        """One of PROCESSES, as the supervisor knows it: of a master and its workers, the master."""
        running: dict[str, list[int]] = json.loads((self.var / "run.json").read_text())["processes"]
        return running[name][0]

    def worker(self) -> int:
        """The process that answers requests: a worker of the web master."""
        return cost.family(self.pid("web"))[-1]

    def kill(self, name: str) -> None:
        """Kill it as soon as it runs: after an earlier kill the supervisor may still be about to start it."""
        for _ in range(200):
            try:
                return os.kill(self.worker() if name == "web worker" else self.pid(name), signal.SIGKILL)
            except (ProcessLookupError, KeyError):
                time.sleep(0.1)
        raise TimeoutError(f"{name} does not run")

    def kill_everything(self) -> None:
        """All processes of the stack at the same instant, the supervisor first."""
        assert self.process
        for each in cost.family(self.process.pid):
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(10)

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [str(ROOT / "metricpal"), "manage", *arguments],
            cwd=ROOT,
            env=self._env(),
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        return done.stdout

    def address(self, name: str) -> str:
        """The URL under which this stack's processes find a store: "BUFFER_URL", "EVENT_STORE_URL" …"""
        if name in self.environment:
            return self.environment[name]
        addresses: dict[str, str] = json.loads((self.var / "secrets" / "environment.json").read_text())
        return addresses[name]

    def datasets(self, tenants: list[Tenant]) -> list[int]:
        """The numbers under which the event store keeps their live data."""
        code = f"""
from workspaces.models import Workspace
for slug in {[each.slug for each in tenants]!r}:
    print(Workspace.objects.get(slug=slug).dataset_id())
"""
        lines = self.manage("shell", "-v", "0", "-c", code).strip().splitlines()
        return [int(line) for line in lines[-len(tenants) :]]

    def sql(self, statement: str) -> str:
        """What the event store answers, straight from it: for checkers that shall not trust our own query engine."""
        to = urllib.parse.urlsplit(self.address("EVENT_STORE_URL"))
        asked = urllib.request.Request(
            f"http://{to.hostname}:{to.port}/?database={to.path.strip('/')}",
            statement.encode(),
            {"X-ClickHouse-User": to.username or "", "X-ClickHouse-Key": to.password or ""},
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.read().decode().strip()

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        kind = {} if isinstance(body, bytes) else {"Content-Type": "application/json"}
        asked = urllib.request.Request(f"{self.url}{path}", data, {**kind, **headers}, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.code} {error.read()[:500]!r}") from error

    def tenant(self, name: str) -> Tenant:
        """A new workspace of the demo organization, made as a program would make it."""
        login = json.loads(self.manage("demo", "--show").strip().splitlines()[-1])
        form = urllib.parse.urlencode({"username": login["email"], "password": login["password"]}).encode()
        token = self.request("POST", "/auth/jwt/login", form, **{"Content-Type": "application/x-www-form-urlencoded"})
        bearer = token["access_token"]
        made = self.request("POST", "/api/v1/workspaces", {"name": name}, Authorization=f"Bearer {bearer}")
        return Tenant(made["id"], made["slug"], made["api_key"], bearer)

    def reading_key(self, tenant: Tenant) -> str:
        """With which a program asks about the workspace."""
        path, body = f"/api/v1/workspaces/{tenant.workspace}/keys", {"kind": "secret", "permissions": ["read"]}
        made = self.request("POST", path, {"name": "questions", **body}, Authorization=f"Bearer {tenant.token}")
        return str(made["key"])

    def ask(self, tenant: Tenant, **query: Any) -> Any:
        """POST /api/v1/analytics/query for the tenant's workspace. RuntimeError for anything but an answer."""
        return self.request(
            "POST",
            f"/api/v1/analytics/query?workspace={tenant.workspace}",
            query,
            Authorization=f"Bearer {tenant.token}",
        )


def _free_port() -> int:
    """A port that is free together with the next one, where live updates are served."""
    while not port_is_free((port := free_port()) + 1):
        pass
    return port
