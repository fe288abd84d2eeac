"""The install page's test event: through the real door into the test data, and counted, so that it is told from what a
website with the test key sends."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.lib.problems import Problem
from config.lib.redis_clients import buffer_client
from tracking import client, ingest, keys, payloads
from workspaces.models import ApiKey, Workspace

KEPT_SECONDS = 2 * 86_400


def send(workspace: Workspace, environ: Mapping[str, Any], now: datetime) -> ingest.Receipt:
    """A page view and an event. Raises Problem, redis.RedisError."""
    found = workspace.api_keys.live_at(now).filter(kind=ApiKey.Kind.PUBLISHABLE, environment="test").first()
    if found is None:
        raise Problem(409, "no_test_key", "There is no publishable test key. Create one under API keys.")
    body = json.dumps({"events": _events(workspace.domain or "example.com", str(uuid.uuid4()))}).encode()
    payload, grant = payloads.parse(body), keys.grant(found.raw, now)
    receipt = ingest.ingest(payload, body, grant, client.of_request(environ, payload.frame, grant, now), now)
    _count(grant.dataset_id, now, receipt.accepted)
    return receipt


def accepted(dataset_id: int, day: datetime) -> int:
    """How many of the day's accepted events came from the button."""
    found: Any = buffer_client().get(_key(dataset_id, day))
    return int(found or 0)


def _count(dataset_id: int, now: datetime, events: int) -> None:
    pipeline = buffer_client().pipeline(transaction=False)
    pipeline.incrby(_key(dataset_id, now), events)
    pipeline.expire(_key(dataset_id, now), KEPT_SECONDS)
    pipeline.execute()


def _key(dataset_id: int, day: datetime) -> str:
    return f"trial:{dataset_id}:{day:%Y-%m-%d}"


def _events(host: str, session: str) -> list[dict[str, Any]]:
    about = {"url": f"https://{host}/", "title": "Test page"}
    return [
        {"event_type": "page_view", "session_id": session, "properties": about},
        {"event_type": "custom", "session_id": session, "properties": {**about, "event_name": "Test event"}},
    ]
