"""Exports that run in the background: asked for, worked on piece by piece, kept for a week.

    ask ─► waiting ─► gathering ─► writing ─► done ─► forgotten
                         └────────────┴──► failed, with a reason

Whoever works on one holds its claim, a conditional UPDATE with an end; every piece that is gathered is written down
under it. When a process dies the claim runs out, and the next one goes on behind the last piece. One that takes its
process with it each time is not claimed for ever: claims without a new piece are counted.
"""

import hashlib
import io
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import transaction
from django.db.models import F, Q

from analytics.exports import spool
from analytics.exports.formats import FORMATS
from analytics.exports.watched import Watched
from analytics.models import Export
from analytics.models.export import folders
from config.lib.problems import Problem
from workspaces import audit
from workspaces.models import Environment, Workspace

KEPT = timedelta(days=7)
OPEN_AT_MOST = 5  # of a workspace
CLAIM = timedelta(minutes=2)
TOLD_EVERY = 20_000  # rows; far less than a claim's time
SLICE = timedelta(seconds=20)  # of gathering; then others in the queue have their turn
ATTEMPTS = 10  # claims since the last piece
BLOCK = 1 << 20  # bytes that are written at once

Rows = Iterable[Sequence[Any]]
Now = Callable[[], datetime]


class Work(Protocol):
    """What there is to gather."""

    def plan(self) -> list[dict[str, Any]]:
        """The pieces, newest first; `rows` is how many one will have, where that is known."""

    def rows(self, part: dict[str, Any]) -> Rows:
        """Of one piece, the heading first."""


class Lost(Exception):
    """The claim ran out and somebody else works on it, or the export is deleted."""


def ask(
    workspace: Workspace,
    environment: Environment,
    *,
    source: str,
    title: str,
    file_format: str,
    parameters: str,
    actor: Any,
    now: datetime,
) -> Export:
    if file_format not in FORMATS:
        raise Problem(422, "unknown_format", f"Choose one of {', '.join(FORMATS)}.")
    open_ones = Export.objects.filter(workspace=workspace, state__in=Export.OPEN).count()
    if open_ones >= OPEN_AT_MOST:
        raise Problem(429, "too_many_exports", f"{open_ones} exports are on their way. Wait for one, or delete one.")
    with transaction.atomic():
        made = Export.objects.create(
            workspace=workspace,
            environment=environment,
            source=source,
            title=title,
            format=file_format,
            parameters=parameters,
            requested_by=str(actor)[:255],
            requested_at=now,
            expires_at=now + KEPT,
        )
        audit.record(workspace.organization, actor, "export.request", str(made), now=now, workspace=workspace)
    return made


def delete(export: Export, *, actor: Any, now: datetime) -> None:
    """The file, its link and the line in the list. Who still works on it stops when it next says how far it is."""
    with transaction.atomic():
        audit.record(
            export.workspace.organization, actor, "export.delete", str(export), now=now, workspace=export.workspace
        )
        export.delete()
    shutil.rmtree(export.folder, ignore_errors=True)


def due(now: datetime) -> list[int]:
    """Those that wait, and those whose worker is gone."""
    return list(_claimable(now).values_list("pk", flat=True))


def forget_expired(now: datetime) -> int:
    """Rows and files of those that expired, and files that no row stands for: of workspaces that are deleted."""
    expired = list(Export.objects.filter(expires_at__lte=now))
    for export in expired:
        export.delete()
    found = folders()  # before the rows: a folder that is made now has had its row already
    kept = {str(uid) for uid in Export.objects.values_list("uid", flat=True)}
    for folder in found:
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)
    return len(expired)


def claim(pk: int, now: datetime) -> Export | None:
    """The export, for this caller alone; None where another has it, or nothing is left to do or to try."""
    mine = uuid.uuid4()
    if not _claimable(now).filter(pk=pk).update(claim=mine, claimed_until=now + CLAIM, attempts=F("attempts") + 1):
        return None
    export = Export.objects.select_related("workspace").filter(pk=pk, claim=mine).first()
    if export and export.attempts > ATTEMPTS:
        fail(export, f"It broke off {ATTEMPTS} times. Ask for a shorter period, or for another format.", now)
        return None
    return export


def advance(export: Export, work: Work, now: Now) -> None:
    """Gathers for a slice of time, and writes the file once all is there. Raises Lost, and what the store raises."""
    try:
        _advance(export, work, now)
    except FileNotFoundError:
        if not _mine(export).exists():
            raise Lost from None  # deleted, and its folder with it
        raise


def _advance(export: Export, work: Work, now: Now) -> None:
    export.folder.mkdir(parents=True, exist_ok=True)
    if export.plan is None:
        plan = work.plan()
        total = sum(part["rows"] for part in plan) if all("rows" in part for part in plan) else None
        _keep(export, now, plan=plan, rows_total=total, state=Export.State.GATHERING)
    ends = now() + SLICE
    while len(export.pieces) < len(export.plan or []):
        if now() >= ends:
            return release(export, now())
        _gather(export, work, now)
    _write(export, now)


def release(export: Export, until: datetime) -> None:
    """Free from `until` on."""
    _mine(export).update(claim=None, claimed_until=until)


def postpone(export: Export, now: datetime) -> None:
    """The store is away: later, longer each time; at last no more."""
    if export.attempts >= ATTEMPTS:
        return fail(export, "The event store did not answer for a long time. Ask for the export again.", now)
    release(export, now + timedelta(seconds=15 * 2 ** max(0, export.attempts - 1)))


def fail(export: Export, reason: str, now: datetime) -> None:
    """For good, with its files. Whoever lost the claim fails nothing: the folder is somebody else's by now."""
    if _mine(export).update(state=Export.State.FAILED, reason=reason[:300], finished_at=now, claim=None):
        shutil.rmtree(export.folder, ignore_errors=True)


def _gather(export: Export, work: Work, now: Now) -> None:
    rows = iter(work.rows((export.plan or [])[len(export.pieces)]))
    heading = [str(name) for name in next(rows)]
    # Of this claim alone: who lost it and does not know yet must not write into another's file.
    name, before = f"{len(export.pieces):05}-{str(export.claim)[:8]}.jsonl.zst", export.rows
    told = _told(rows, lambda count: _keep(export, now, rows=before + count))
    piece = spool.write(export.folder / name, len(heading), told)
    kinds = [sorted(seen) for seen in piece.kinds]
    pieces = [*export.pieces, {"file": name, "rows": piece.rows, "kinds": kinds}]
    _keep(export, now, pieces=pieces, heading=heading, rows=before + piece.rows, attempts=0)


def _write(export: Export, now: Now) -> None:
    _keep(export, now, state=Export.State.WRITING, rows_written=0)
    made = [spool.Piece(each["rows"], [set(seen) for seen in each["kinds"]]) for each in export.pieces]
    _leave_only(export, {each["file"] for each in export.pieces})
    rows = spool.read(export.folder / each["file"] for each in export.pieces)
    told = _told(rows, lambda count: _keep(export, now, rows_written=count))
    path = export.folder / f"{str(export.claim)[:8]}.{export.format}"
    with io.BufferedWriter(Watched(path, "wb", lambda: _hold(export, now)), BLOCK) as file:
        FORMATS[export.format].write(spool.columns(export.heading, made), told, file)
    with Watched(path, "rb", lambda: _hold(export, now)) as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    _keep(
        export, now, state=Export.State.DONE, file=path.name, size=path.stat().st_size, sha256=sha256,
        finished_at=now(), rows_written=export.rows,
    )  # fmt: skip
    _leave_only(export, {path.name})


def _leave_only(export: Export, names: set[str]) -> None:
    """Deletes the rest: what is done with, and the half files of workers that were killed."""
    for path in export.folder.iterdir():
        if path.name not in names:
            path.unlink(missing_ok=True)


def _told(rows: Iterable[Any], tell: Callable[[int], None]) -> Iterator[Any]:
    """The same rows; says from time to time how far it is, which also keeps the claim."""
    for count, row in enumerate(rows, start=1):
        yield row
        if count % TOLD_EVERY == 0:
            tell(count)


def _keep(export: Export, now: Now, **fields: Any) -> None:
    """Writes down how far it is, if the claim still holds. Raises Lost."""
    fields["claimed_until"] = now() + CLAIM
    if not _mine(export).update(**fields):
        raise Lost
    for name, value in fields.items():
        setattr(export, name, value)


def _hold(export: Export, now: Now) -> None:
    """Renews the claim when half of it is over. Raises Lost."""
    if export.claimed_until is None or now() + CLAIM / 2 >= export.claimed_until:
        _keep(export, now)


def _mine(export: Export) -> Any:
    return Export.objects.filter(pk=export.pk, claim=export.claim)


def _claimable(now: datetime) -> Any:
    is_free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    return Export.objects.filter(is_free, state__in=Export.OPEN, expires_at__gt=now)
