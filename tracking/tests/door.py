"""Knocking at the collect endpoint, and reading in the log what went through."""

import json
from typing import Any

import msgspec
import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from config.lib.redis_clients import buffer_client
from tracking import direct, kafka
from tracking.events import Accepted, Envelope

URL = "/api/v1/collect"
NOW_MS = 1_773_144_000_000  # 2026-03-10 12:00 UTC, where the fixture `clock` stands
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.2 Mobile/15E148 Safari/604.1"
)


def post(body: Any, key: str = "", content_type: str = "application/json", url: str = URL, **headers: str) -> Any:
    """Sends bytes and text as they are, everything else as JSON. Header names with underscores."""
    text = body if isinstance(body, bytes | str) else json.dumps(body)
    data = text.encode() if isinstance(text, str) else text
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if key:
        named["X-API-Key"] = key
    if through_direct and url in direct.PATHS:
        return _direct(RequestFactory().generic("POST", url, data, content_type, headers=named).environ)
    return Client().generic("POST", url, data, content_type, headers=named)


through_direct = False  # set by the fixture `each_door`


def _direct(environ: dict[str, Any]) -> HttpResponse:
    """The answer of the short way in, in the shape of Django's."""
    said: list[Any] = []
    app = direct.DirectDoor(lambda *_: pytest.fail("this request is the door's own"), release=lambda: None)
    body = b"".join(app(environ, lambda status, headers: said.extend((int(status[:3]), headers))))
    return HttpResponse(body, status=said[0], headers=dict(said[1]))


def entries(shard: int = 0) -> list[bytes]:
    """What the log holds, oldest first, wherever it stands."""
    found: Any = buffer_client().xrange(f"log:{shard}")
    return kafka.fetch(shard, [fields[b"e"] for _, fields in found])


def envelopes(dataset_id: int) -> list[Envelope]:
    """What was logged for the dataset, oldest first."""
    found = [msgspec.msgpack.decode(entry, type=Envelope) for entry in entries()]
    return [envelope for envelope in found if envelope.dataset_id == dataset_id]


def events(dataset_id: int) -> list[Accepted]:
    return [event for envelope in envelopes(dataset_id) for event in envelope.events]


def verdicts(response: HttpResponse) -> list[tuple[str, str | None]]:
    return [(verdict["status"], verdict["code"]) for verdict in json.loads(response.content)["results"]]


def code(response: HttpResponse) -> str | None:
    """The code of a problem, or that of the first event."""
    body: Any = json.loads(response.content)
    found: str | None = body["code"] if "code" in body else body["results"][0]["code"]
    return found
