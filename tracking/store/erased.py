"""What the event store notes of erasures that it has been through. A restored backup lacks those that came after it."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from tracking.store.client import client
from tracking.store.errors import translated
from tracking.store.writes import insert


@dataclass(frozen=True)
class Noted:
    uid: uuid.UUID
    organization: uuid.UUID
    workspace: uuid.UUID
    workspace_name: str
    subject: str
    datasets: tuple[int, ...]
    sealed: str
    asked_at: datetime


def note(said: Noted) -> None:
    """Twice is harmless. Raises StoreUnavailable."""
    count = len(said.datasets)
    asked_ms = round(said.asked_at.timestamp() * 1000)
    insert(
        "erasures",
        {
            "dataset_id": list(said.datasets),
            "erasure_id": [said.uid.bytes] * count,
            "organization": [said.organization.bytes] * count,
            "workspace": [said.workspace.bytes] * count,
            "workspace_name": [said.workspace_name] * count,
            "subject": [said.subject] * count,
            "sealed": [said.sealed] * count,
            "asked_at": [asked_ms] * count,
        },
        token=f"erasure:{said.uid}",
    )


def noted() -> dict[uuid.UUID, Noted]:
    """All of them, of every dataset. Raises StoreUnavailable."""
    sql = (
        "SELECT erasure_id, any(organization), any(workspace), any(workspace_name), any(subject),"
        " arraySort(groupUniqArray(dataset_id)), any(sealed), any(asked_at) FROM erasures GROUP BY erasure_id"
    )
    with translated():
        rows = client().query(sql).result_rows
    return {row[0]: _noted(*row) for row in rows}


def is_noted(uid: uuid.UUID) -> bool:
    """Raises StoreUnavailable."""
    sql = "SELECT count() FROM erasures WHERE erasure_id = {uid:UUID}"
    with translated():
        [(rows,)] = client().query(sql, parameters={"uid": str(uid)}).result_rows
    return bool(rows)


def _noted(
    uid: uuid.UUID,
    organization: uuid.UUID,
    workspace: uuid.UUID,
    name: str,
    subject: str,
    datasets: list[int],
    sealed: str,
    asked_at: datetime,
) -> Noted:
    return Noted(uid, organization, workspace, name, subject, tuple(datasets), sealed, asked_at.replace(tzinfo=UTC))
