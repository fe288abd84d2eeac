"""Writes down which events and properties a dataset holds. Reads the event store, so the way in costs nothing more.

Each look reads what was received since the last one (and a little before it) and puts it together with what is known:
first and last are the extremes of both, so looking twice changes nothing. How many events there were in the last thirty
days is counted anew each time.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import redis
from django.db import transaction

from config.lib.redis_clients import buffer_client
from tracking import buffer
from tracking.models import CatalogueMark, SeenEvent, SeenProperty
from tracking.store import StoreError, catalogue
from workspaces.models import ENVIRONMENTS, Environment, Workspace

VOLUME = timedelta(days=30)
OVERLAP = timedelta(minutes=2)  # between the moment of receipt and the place in the log
AGAIN_AFTER = timedelta(seconds=20)
BEGINNING = datetime(1971, 1, 1, tzinfo=UTC)

Key = tuple[str, str]  # (type, name)


def look_everywhere(now: datetime) -> int:
    """Datasets that have changed since the last look; how many. Raises StoreError and RedisError."""
    every = [(each, environment) for each in Workspace.objects.all() for environment in ENVIRONMENTS]
    marks = {(each.workspace_id, each.environment): each for each in CatalogueMark.objects.all()}
    keys = [_tick(workspace.dataset_id(environment)) for workspace, environment in every]
    ticks = cast(list[bytes | None], buffer_client().mget(keys)) if keys else []
    due = [
        (workspace, environment)
        for (workspace, environment), tick in zip(every, ticks, strict=True)
        if _has_changed(marks.get((workspace.pk, environment)), tick, now)
    ]
    return sum(look(workspace, environment, now) for workspace, environment in due)


def look(workspace: Workspace, environment: Environment, now: datetime) -> bool:
    """False when there is nothing new, or somebody looked a moment ago. Raises StoreError and RedisError."""
    dataset_id = workspace.dataset_id(environment)
    mark = CatalogueMark.objects.filter(workspace=workspace, environment=environment).first()
    if mark:
        tick = cast(bytes | None, buffer_client().get(_tick(dataset_id)))
        if now - mark.looked_at < AGAIN_AFTER or not _has_changed(mark, tick, now):
            return False
    until = min(now, buffer.watermark())
    since = mark.read_until - OVERLAP if mark else BEGINNING
    events = catalogue.events(dataset_id, since)
    properties = catalogue.properties(dataset_id, since, BEGINNING if mark else now - VOLUME)
    volumes = catalogue.volumes(dataset_id, now - VOLUME)
    with transaction.atomic():
        Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)  # one at a time
        known = _note_events(workspace, environment, events, volumes)
        _note_properties(known, properties)
        CatalogueMark.objects.update_or_create(
            workspace=workspace, environment=environment, defaults={"read_until": until, "looked_at": now}
        )
    return True


def is_up_to_date(workspace: Workspace, environment: Environment, now: datetime) -> bool:
    """Looks; False while a store is away, and what is known is of the last look."""
    try:
        look(workspace, environment, now)
    except (StoreError, redis.RedisError):
        return False
    return True


def _tick(dataset_id: int) -> str:
    return f"tick:{dataset_id}"


def _has_changed(mark: CatalogueMark | None, tick: bytes | None, now: datetime) -> bool:
    """Also once a day without events: thirty days move on."""
    if mark is None:
        return tick is not None
    is_newer = tick is not None and int(tick) > int((mark.read_until - OVERLAP).timestamp() * 1000)
    return is_newer or now - mark.looked_at > timedelta(days=1)


def _note_events(
    workspace: Workspace, environment: Environment, found: Iterable[catalogue.Event], volumes: dict[Key, int]
) -> dict[Key, SeenEvent]:
    """Everything that is known now, by type and name."""
    known = {
        (each.type, each.name): each for each in SeenEvent.objects.filter(workspace=workspace, environment=environment)
    }
    for each in found:
        if row := known.get((each.type, each.name)):
            row.first_seen, row.last_seen = min(row.first_seen, each.first), max(row.last_seen, each.last)
        elif len(known) < catalogue.MOST_EVENTS:
            about: Any = {"workspace": workspace, "environment": environment, "type": each.type, "name": each.name}
            known[each.type, each.name] = SeenEvent(**about, first_seen=each.first, last_seen=each.last)
    for key, row in known.items():
        row.volume = volumes.get(key, 0)
    SeenEvent.objects.bulk_create([row for row in known.values() if row.pk is None])
    SeenEvent.objects.bulk_update([row for row in known.values() if row.pk], ["first_seen", "last_seen", "volume"])
    return known


def _note_properties(events: dict[Key, SeenEvent], found: Iterable[catalogue.Property]) -> None:
    rows = SeenProperty.objects.filter(event__in=[each for each in events.values() if each.pk])
    known = {(row.event_id, row.name): row for row in rows}
    numbers, changed = _numbers(known), list[SeenProperty]()
    for each in found:
        event = events.get((each.type, each.event))
        if event is None or len(each.name) > 255:
            continue
        if row := known.get((event.pk, each.name)):
            _put_together(row, each)
            changed.append(row)
        elif numbers.get(event.pk, 0) < catalogue.MOST_PROPERTIES:
            numbers[event.pk] = numbers.get(event.pk, 0) + 1
            known[event.pk, each.name] = _new(event, each)
    SeenProperty.objects.bulk_create([row for row in known.values() if row.pk is None])
    SeenProperty.objects.bulk_update(changed, ["first_seen", "last_seen", "kind", "examples"], batch_size=500)


def _numbers(known: dict[tuple[int, str], SeenProperty]) -> dict[int, int]:
    numbers: dict[int, int] = {}
    for event, _ in known:
        numbers[event] = numbers.get(event, 0) + 1
    return numbers


def _new(event: SeenEvent, found: catalogue.Property) -> SeenProperty:
    about: Any = {"event": event, "name": found.name, "examples": found.examples}
    return SeenProperty(**about, kind=kind_of(found.reads), first_seen=found.first, last_seen=found.last)


def _put_together(row: SeenProperty, found: catalogue.Property) -> None:
    row.first_seen, row.last_seen = min(row.first_seen, found.first), max(row.last_seen, found.last)
    row.kind = kind_of([row.kind, *found.reads])
    row.examples = list(dict.fromkeys([*found.examples, *row.examples]))[: catalogue.EXAMPLES]


def kind_of(reads: list[str]) -> str:
    """One word for all values: where they read differently, they are text."""
    return reads[0] if len(set(reads)) == 1 else "string"
