"""A request with its envelope open: parameters, settings, the decoded body."""

import re
import socket
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass

from tracking.store.owner import compression, form
from tracking.store.owner.errors import Refusal

# Parameters of the transport; all others are settings for the engine.
_TRANSPORT = {
    "query",
    "query_id",
    "database",
    "default_format",
    "user",
    "password",
    "quota_key",
    "role",
    "compress",
    "decompress",
    "buffer_size",
    "wait_end_of_query",
    "session_id",
    "session_timeout",
    "session_check",
    "client_protocol_version",
    "stacktrace",
    "log_comment",
    "send_progress_in_http_headers",
    "http_headers_progress_interval_ms",
    "enable_http_compression",
    "http_zlib_compression_level",
    "cancel_http_readonly_queries_on_client_close",
}
_SETTING = re.compile(r"[A-Za-z]\w*\Z", re.ASCII)


@dataclass
class Request:
    method: str
    path: str
    parameters: dict[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: Iterator[bytes]
    connection: socket.socket


@dataclass
class Response:
    status: int
    headers: dict[str, str]
    body: bytes = b""
    rest: Generator[bytes, None, None] | None = None  # chunks that follow `body`; whoever sends them closes it


@dataclass
class Call:
    request: Request
    parameters: dict[str, str]
    body: Iterator[bytes]

    @property
    def database(self) -> str:
        return self.parameters.get("database") or self.request.headers.get("x-clickhouse-database", "")

    @property
    def values(self) -> dict[str, str]:
        """Of {name:Type} in the statement."""
        return {name[6:]: value for name, value in self.parameters.items() if name.startswith("param_")}

    @property
    def settings(self) -> dict[str, str]:
        """Raises Refusal for a name that cannot be a setting's; the engine refuses those that are none."""
        names = [name for name in self.parameters if name not in _TRANSPORT and not name.startswith("param_")]
        wrong = [name for name in names if not _SETTING.match(name)]
        if wrong:
            raise Refusal(115, "UNKNOWN_SETTING", f"{wrong[0]!r} is no setting.")
        # A link can be followed by accident, so GET changes nothing; ClickHouse does the same.
        given = {"readonly": "2"} if self.request.method == "GET" else {}
        return given | {name: self.parameters[name] for name in names}

    @property
    def default_format(self) -> str:
        asked = self.parameters.get("default_format") or self.request.headers.get("x-clickhouse-format")
        return asked or "TabSeparated"

    @property
    def wants_all_at_once(self) -> bool:
        return self.parameters.get("wait_end_of_query") == "1"

    @property
    def encoding(self) -> str:
        wanted = self.parameters.get("enable_http_compression") in ("1", "true")
        return compression.agreed(self.request.headers.get("accept-encoding", ""), wanted)


def opened(request: Request) -> Call:
    """Raises Refusal."""
    body = compression.decoded(request.body, request.headers.get("content-encoding", ""))
    kind = request.headers.get("content-type", "")
    if form.is_form(kind):
        return Call(request, request.parameters | form.fields(kind, body), iter(()))
    return Call(request, request.parameters, body)
