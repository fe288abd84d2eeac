"""The book of what was used, and the judge: append-only, each thing once, for good.

    stream `ledger` (Valkey)  ──drain──►  UsageEntry (PostgreSQL)

Lines get into the stream in the same step as what they stand for is stored or counted. Draining books them and moves
the place in the stream in one transaction, so a crash at any point books nothing twice and loses nothing. Whoever holds
the row UsageProgress books; so entries get their numbers, and `booked_at`, in order: an hour of booking that is over
never changes once `drain` was called after its end.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import TruncHour

from config.lib.redis_clients import buffer_client
from tracking.models import UsageEntry, UsageProgress
from tracking.usage import counters
from tracking.usage.lines import Line
from workspaces.models import Workspace

STREAM = "ledger"
LINES_AT_ONCE = 5000
_line = msgspec.msgpack.Decoder(Line)
Read = tuple[str, Line]  # (place in the stream, line)


def drain(now: datetime, *, trim: Callable[[str], None] | None = None) -> int:
    """Book what waits; the number of entries. Raises redis.RedisError. `trim` is an argument so a test can crash it."""
    booked = 0
    while True:
        number, last = _book_some(now)
        if not last:
            return booked
        booked += number
        (trim or _trim)(last)


def sums(organization_id: int, start: datetime, end: datetime) -> dict[str, int]:
    """What was used in [start, end), by the fields of the counters: in all, and with each key."""
    rows = UsageEntry.objects.filter(organization_id=organization_id, at__gte=start, at__lt=end)
    found: dict[str, int] = {}
    for metric, key_id, quantity in rows.values_list("metric", "key_id").order_by().annotate(Sum("quantity")):
        found[metric] = found.get(metric, 0) + quantity
        if key_id:
            found[counters.field(metric, key_id)] = quantity
    return found


def by_hour(organization_id: int, metric: str, start: datetime, end: datetime) -> dict[datetime, int]:
    """What was booked in each hour (UTC) of [start, end). Late events are booked in the hour in which they came."""
    rows = UsageEntry.objects.filter(organization_id=organization_id, metric=metric)
    rows = rows.filter(booked_at__gte=start, booked_at__lt=end).annotate(hour=TruncHour("booked_at", tzinfo=UTC))
    return dict(rows.values_list("hour").order_by("hour").annotate(Sum("quantity")))


def progress() -> UsageProgress:
    """The row, locked until the end of the transaction."""
    UsageProgress.objects.get_or_create(pk=1)
    return UsageProgress.objects.select_for_update().get(pk=1)


@transaction.atomic
def _book_some(now: datetime) -> tuple[int, str]:
    """(entries, last place read); "" when nothing waits."""
    row = progress()
    client: Any = buffer_client()
    found = client.xrange(STREAM, f"({row.booked_entry}", "+", count=LINES_AT_ONCE)
    if not found:
        return 0, ""
    read = [(place.decode(), _line.decode(fields[b"l"])) for place, fields in found]
    made = UsageEntry.objects.bulk_create(_entries(read, now), ignore_conflicts=True)
    row.booked_entry = read[-1][0]
    row.save(update_fields=["booked_entry"])
    return len(made), row.booked_entry


def _entries(read: Iterable[Read], now: datetime) -> list[UsageEntry]:
    """Lines that nobody named are added up: (dataset, key, hour, metric) is one entry."""
    merged: dict[tuple[Any, ...], list[Any]] = {}
    for place, line in read:
        about = (line.dataset_id, line.key_id, line.at_s, line.metric, line.event_id)
        merged.setdefault(about, [0, place])[0] += line.quantity
    owners = _owners({dataset_id // 2 for dataset_id, *_ in merged})
    return [
        UsageEntry(
            organization_id=owners[dataset_id // 2],
            workspace_id=dataset_id // 2,
            key_id=key_id,
            metric=metric,
            quantity=quantity,
            # The first line's place names the sum: a stream never gives a place twice.
            event_id=event_id or f"{place}:{dataset_id}:{key_id}:{at_s}",
            at=datetime.fromtimestamp(at_s, UTC),
            booked_at=now,
        )
        for (dataset_id, key_id, at_s, metric, event_id), (quantity, place) in merged.items()
        if dataset_id // 2 in owners  # the book of an organization that is gone is gone too
    ]


def _owners(workspace_ids: set[int]) -> dict[int, int]:
    """Workspace → organization; of a deleted workspace, as the book itself knows it."""
    owners = dict(Workspace.objects.filter(id__in=workspace_ids).values_list("id", "organization_id"))
    missing = workspace_ids - owners.keys()
    if missing:
        known = UsageEntry.objects.filter(workspace_id__in=missing).order_by("workspace_id").distinct()
        owners |= dict(known.values_list("workspace_id", "organization_id"))
    return owners


def _trim(last: str) -> None:
    time_ms, _, number = last.partition("-")
    buffer_client().xtrim(STREAM, minid=f"{time_ms}-{int(number) + 1}", approximate=False)
