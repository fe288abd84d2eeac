"""How far back the data of a dataset reaches."""

from datetime import UTC, datetime

from tracking import store
from tracking.expiry.limits import deleted_before
from workspaces.models import Environment, Workspace


def has_begun(workspace: Workspace, environment: Environment) -> bool:
    """Whether any event ever came, also where all are deleted by now."""
    return first_moment(workspace.dataset_id(environment)) is not None or bool(deleted_before(workspace, environment))


def first_moment(dataset_id: int) -> datetime | None:
    """When the first visit began, or None without any. Reads the start of the key only."""
    found = store.query(
        "SELECT session_id FROM sessions WHERE dataset_id = {dataset:UInt32} ORDER BY dataset_id, session_id LIMIT 1",
        {"dataset": dataset_id},
        dataset_id=dataset_id,
    )
    return datetime.fromtimestamp(found.rows[0][0] >> 32, UTC) if found.rows else None
