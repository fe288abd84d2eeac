"""Knocking at the collect endpoint, and reading in the log what went through."""

import json
from typing import Any

import msgspec
from django.http import HttpResponse
from django.test import Client

from config.lib.redis_clients import buffer_client
from config.web.tests.wire import Wire
from tracking import kafka
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
    if through_lane:
        typed = {"Content-Type": content_type} if data else {}  # as Django's client does
        return _through_lane(url, data, typed | named) or _through_django(url, data, content_type, named)
    return _through_django(url, data, content_type, named)


through_lane = False  # set by the fixture `each_door`


def _through_django(url: str, data: bytes, content_type: str, named: dict[str, str]) -> Any:
    return Client().generic("POST", url, data, content_type, headers=named)


def _through_lane(url: str, data: bytes, named: dict[str, str]) -> HttpResponse | None:
    """The answer of the web process's lane, in the shape of Django's; None where gunicorn has to serve the request."""
    fields = {"Host": "testserver", "Content-Length": str(len(data)), **named}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    with Wire() as wire:
        answer = wire.ask(f"POST {url} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + data)
    if wire.served:
        return None
    response = HttpResponse(answer.body, status=answer.status)
    response.headers = answer.headers
    return response


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
