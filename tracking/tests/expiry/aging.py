"""A workspace whose events grow old: sent through the door, stored, and nights that pass."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from config.lib.clock import now
from tracking import store
from tracking.expiry import deletion
from tracking.models import CollectionRules
from tracking.tests.door import post
from workspaces import api_keys
from workspaces.models import Workspace

TABLES = ("events", "sessions", "identity", "traits", "cohort_members", "quarantine")


def keep(workspace: Workspace, days: int | None) -> None:
    CollectionRules.objects.update_or_create(workspace=workspace, defaults={"event_days": days})
    api_keys.forget()


def say(key: str, visitor: str, days_ago: float = 0, user: str = "", **about: Any) -> Any:
    """One event of history; with `user`, of somebody who says who they are."""
    said: dict[str, Any] = {"event_type": "page_view", "visitor_id": visitor, "id": str(uuid.uuid4())}
    said["timestamp"] = (now() - timedelta(days=days_ago)).isoformat()
    if user:
        said |= {"user_id": user, "user_properties": {"plan": "pro"}}
    return post({"events": [said | about]}, key=key)


def night(workspace: Workspace, clock: Any = None, days: int = 0) -> None:
    """So many days pass; then both environments are gone through."""
    if clock:
        clock.shift(timedelta(days=days))
    for environment in ("live", "test"):
        deletion.expire(workspace, environment, now())  # type: ignore[arg-type]


def rows(dataset_id: int) -> dict[str, int]:
    found = {each: store.query(f"SELECT count() FROM {each}", dataset_id=dataset_id).rows[0][0] for each in TABLES}
    return {table: number for table, number in found.items() if number}


def oldest(dataset_id: int) -> datetime:
    moment: datetime = store.query("SELECT min(ts) FROM events", dataset_id=dataset_id).rows[0][0]
    return moment
