"""ASGI entry of the `live` process: WebSockets only. Pages and API stay on WSGI, which costs Django a third as much."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from typing import Any  # noqa: E402

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path, re_path  # noqa: E402

from analytics.live.consumer import LiveConsumer  # noqa: E402


async def nothing_here(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Plain HTTP lost its way: say so, instead of a traceback in the log."""
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"This process serves live updates only.\n"})


async def no_such_socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Refused before the handshake ends, which the sender sees as 403."""
    await send({"type": "websocket.close"})


SOCKETS = [path("ws/dashboard/<uuid:uid>", LiveConsumer.as_asgi()), re_path("", no_such_socket)]  # type: ignore[arg-type]
application = ProtocolTypeRouter(
    {
        "http": nothing_here,
        "websocket": AuthMiddlewareStack(URLRouter(SOCKETS)),
    }
)
