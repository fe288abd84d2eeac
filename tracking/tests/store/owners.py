"""Owner processes of the tests: started for real, stopped or killed, looked at from outside."""

import os
import re
import signal
import subprocess
import sys
import time
from functools import cached_property
from pathlib import Path
from typing import Any

import clickhouse_connect
import httpx
from clickhouse_connect.driver.client import Client
from urllib3 import PoolManager

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "a-token-for-tests"


class Owner:
    """`python -m tracking.store.owner` on a directory of its own."""

    def __init__(self, path: Path, token: str = TOKEN, *options: str) -> None:
        self.path, self.token = path, token
        self._sockets = PoolManager(maxsize=20)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tracking.store.owner", f"--path={path}", "--port=0", *options],
            cwd=ROOT,
            env=os.environ | {"EVENT_STORE_TOKEN": token},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said = self.process.stdout.readline() if self.process.stdout else ""
        self.port = int(re.findall(r":(\d+),", self.said)[0]) if self.said else 0

    def url(self, database: str = "metricpal") -> str:
        return f"http://default:{self.token}@127.0.0.1:{self.port}/{database}"

    @cached_property
    def http(self) -> httpx.Client:
        """Plain HTTP, with the token."""
        headers = {"X-ClickHouse-Key": self.token}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=20)

    def client(self, **options: Any) -> Client:
        """The unmodified driver, as anybody would make it."""
        where = {"host": "127.0.0.1", "port": self.port, "username": "default", "password": self.token}
        return clickhouse_connect.get_client(**where, pool_mgr=self._sockets, **options)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=40)

    def memory(self, name: str = "VmRSS") -> int:
        """In MB. VmHWM is the highest since `forget_peak`."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(rf"{name}:\s+(\d+)", status)[0]) // 1024

    def forget_peak(self) -> None:
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def close(self) -> None:
        if self.process.poll() is None:
            self.kill()
        self._sockets.clear()
        self.http.close()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe:
                pipe.close()


def wait_for_running(driver: Client, wanted: int, like: str = "%numbers(1000000000000)") -> None:
    sql = f"SELECT count() FROM system.processes WHERE query LIKE '{like}' AND query NOT LIKE '%LIKE%'"
    deadline = time.monotonic() + 5
    while driver.query(sql).result_rows != [(wanted,)]:
        assert time.monotonic() < deadline, f"not {wanted} running after five seconds"
        time.sleep(0.05)
