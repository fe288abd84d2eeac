"""For ASGI applications (Starlette, FastAPI …): `app.add_middleware(RequestAnalytics, client=client)`."""

from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter
from typing import Any

from metricpal.client import Client
from metricpal.requests import Handled, key_in, number, tell

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class RequestAnalytics:
    """`only`: paths that begin so are counted. Starlette's and FastAPI's route patterns are used where they matched."""

    def __init__(
        self, app: Callable[[Scope, Receive, Send], Awaitable[None]], client: Client | None = None, only: str = "/"
    ) -> None:
        self._app, self._client, self._only = app, client, only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self._only):
            return await self._app(scope, receive, send)
        started, said = perf_counter(), {"status": 500, "sent": 0}

        async def noting(message: Any) -> None:
            if message["type"] == "http.response.start":
                said["status"] = message["status"]
            elif message["type"] == "http.response.body":
                said["sent"] += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            tell(_handled(scope, said, 1000 * (perf_counter() - started)), self._client)


def _handled(scope: Scope, said: dict[str, int], duration_ms: float) -> Handled:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Handled(
        scope["method"],
        scope["path"],
        said["status"],
        duration_ms,
        route=getattr(scope.get("route"), "path", ""),
        key=key_in(headers),
        bytes_in=number(headers.get("content-length")),
        bytes_out=said["sent"],
    )
