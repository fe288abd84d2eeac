"""How far back the data of a dataset reaches."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.core.cache import cache

from config.lib.clock import day_start
from tracking import store
from tracking.expiry.limits import deleted_before
from workspaces.models import Environment, Workspace

REMEMBERED_SECONDS = 86_400


def has_begun(workspace: Workspace, environment: Environment) -> bool:
    """Whether any event ever came, also where all are deleted by now."""
    return first_moment(workspace.dataset_id(environment)) is not None or bool(deleted_before(workspace, environment))


def is_new(workspace: Workspace, now: datetime) -> bool:
    """No live event before today. Once it is not, that is remembered: only new workspaces ask the store each time."""
    key = f"began:{workspace.dataset_id('live')}"
    if cache.get(key):
        return False
    first = first_moment(workspace.dataset_id("live"))
    today = day_start(now.astimezone(ZoneInfo(workspace.timezone)).date(), workspace.timezone)
    if first is None or first >= today:
        return True
    cache.set(key, True, REMEMBERED_SECONDS)
    return False


def first_moment(dataset_id: int) -> datetime | None:
    """When the first visit began, or None without any. Reads the start of the key only."""
    found = store.query(
        "SELECT session_id FROM sessions WHERE dataset_id = {dataset:UInt32} ORDER BY dataset_id, session_id LIMIT 1",
        {"dataset": dataset_id},
        dataset_id=dataset_id,
    )
    return datetime.fromtimestamp(found.rows[0][0] >> 32, UTC) if found.rows else None
