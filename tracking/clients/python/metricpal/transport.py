"""One HTTP connection to MetricPal, kept open, with the standard library alone."""

import gzip
import http.client
import json
import ssl
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from typing import Any
from urllib.parse import urlsplit

GZIP_FROM = 1024  # bytes


@dataclass(frozen=True)
class Answer:
    """`status` 0: none came. `retry_after`: seconds the server asks for, or None."""

    status: int
    body: Any = None
    retry_after: float | None = None

    @property
    def is_transient(self) -> bool:
        return self.status in (0, 408, 425, 429) or (self.status >= 500 and self.status not in (501, 505))


class Transport:
    def __init__(self, url: str, key: str, timeout_s: float) -> None:
        self._url, self._key, self._timeout_s = urlsplit(url), key, timeout_s
        if self._url.scheme not in ("http", "https") or not self._url.hostname:
            raise ValueError(f"MetricPal's address begins with https://, not {url!r}.")
        self._connection: http.client.HTTPConnection | None = None

    def send(self, method: str, path: str, body: bytes = b"") -> Answer:
        """Never raises. A connection that the server closed meanwhile is opened once more."""
        for fresh in (False, True):
            try:
                return self._send(method, path, body, fresh)
            except (OSError, http.client.HTTPException, ValueError):
                self.close()
        return Answer(0)

    def forget(self) -> None:
        """In a child process: the connection is the parent's, and is not closed."""
        self._connection = None

    def close(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    def _send(self, method: str, path: str, body: bytes, fresh: bool) -> Answer:
        if self._connection is None:
            self._connection = self._connect()
        elif fresh:
            self._connection.close()
        headers = {"X-API-Key": self._key, "User-Agent": "metricpal-python", "Accept": "application/json"}
        if body:
            headers["Content-Type"] = "application/json"
        if len(body) >= GZIP_FROM:
            body, headers["Content-Encoding"] = gzip.compress(body, compresslevel=5), "gzip"
        self._connection.request(method, self._url.path.rstrip("/") + path, body or None, headers)
        response = self._connection.getresponse()
        return Answer(response.status, _json(response.read()), _seconds(response.headers.get("Retry-After")))

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=self._timeout_s)
        return http.client.HTTPSConnection(host, port, timeout=self._timeout_s, context=ssl.create_default_context())


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _seconds(header: str | None) -> float | None:
    """Seconds or a date."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time())
    except (TypeError, ValueError):
        return None
