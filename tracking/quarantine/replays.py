"""What fits its schema now goes back into the ingest log, a page at a time; the writer counts it as any other event.

    page of what waits ─► repair ─► append to the log ─► settle as "replayed" ─► position moves

Killed anywhere, the page is done again: what was settled is not found any more, what was only appended is appended a
second time, and the writer, which takes an event id once, counts it once. The moment of the event stays; it is received
when it is replayed, so that usage and reports agree on when it came to be counted.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import F, Q, QuerySet

from config.lib.problems import Problem
from tracking import buffer, portions, receipts, rules, store, usage
from tracking.append import Ration
from tracking.events import Accepted, Envelope
from tracking.models import Replay
from tracking.quarantine import rows
from tracking.quarantine.repair import Bench, Repaired, repaired, taken
from tracking.schemas import registry
from tracking.store import quarantine
from tracking.store.quarantine import Waiting
from tracking.usage import DropReason, rations
from workspaces import audit, limits
from workspaces.models import Environment, Workspace

PAGE = 500
OF_ONE_ENTRY = 50  # an event may have 64 KB, and an entry of the log some megabytes
STALE = timedelta(minutes=2)  # a run that has not moved for so long was killed


def start(
    workspace: Workspace, environment: Environment, schema_name: str, event: str, *, actor: Any, now: datetime
) -> Replay:
    """A run that is due. Whoever starts it sends tasks.run_replay; should that be lost, beat finds it."""
    with transaction.atomic():
        made = Replay.objects.create(
            workspace=workspace,
            environment=environment,
            schema_name=schema_name,
            event=event,
            started_by=str(actor)[:255],
            started_at=now,
        )
        target = f"{event} of {schema_name}"
        audit.record(workspace.organization, actor, "quarantine.replay", target, now=now, workspace=workspace)
    return made


def due(now: datetime) -> list[int]:
    """Runs that nobody is at."""
    return list(_unclaimed(now).values_list("pk", flat=True))


def run(pk: int, clock: Callable[[], datetime]) -> bool:
    """To its end; False when somebody else is at it. Raises StoreError and RedisError: it is due again later."""
    now = clock()
    if not _unclaimed(now).filter(pk=pk).update(claimed_at=now):
        return False
    replay = Replay.objects.select_related("workspace__organization").get(pk=pk)
    bench = bench_of(replay.workspace, replay.environment, replay.schema_name)  # type: ignore[arg-type]
    while page := _page(replay, bench, clock()):
        try:
            released = _release(page, replay, bench, clock())
        except Problem as problem:  # the limit is used up, and no more can be held
            return bool(_mine(replay).update(finished_at=clock(), stopped=problem.detail))
        if not _move(replay, page[-1], released, len(page) - released, clock()):
            return False
    return bool(_mine(replay).update(finished_at=clock()))


def bench_of(workspace: Workspace, environment: Environment, schema_name: str) -> Bench:
    schema = registry.find(workspace, schema_name)
    found = registry.compiled_of(schema) if schema else None
    return Bench(found, rules.of(workspace, environment), workspace.dataset_id(environment))


def _unclaimed(now: datetime) -> QuerySet[Replay]:
    return Replay.objects.filter(Q(claimed_at=None) | Q(claimed_at__lt=now - STALE), finished_at=None)


def _mine(replay: Replay) -> QuerySet[Replay]:
    return Replay.objects.filter(pk=replay.pk, claimed_at=replay.claimed_at)


def _move(replay: Replay, last: Waiting, released: int, left: int, now: datetime) -> bool:
    """False when somebody else took over meanwhile."""
    counted = {"released": F("released") + released, "left": F("left") + left}
    if not _mine(replay).update(position=last.event_id, claimed_at=now, **counted):
        return False
    replay.position, replay.claimed_at = last.event_id, now
    return True


def _page(replay: Replay, bench: Bench, now: datetime) -> list[Waiting]:
    return quarantine.after(
        bench.dataset_id, replay.schema_name, replay.event, now, most=PAGE, position=replay.position
    )


def _release(page: list[Waiting], replay: Replay, bench: Bench, now: datetime) -> int:
    """Appends what fits and settles it; how many that were. Of the others it is noted what is wrong with them now."""
    tried = [(row, repaired(row.envelope, bench)) for row in page]
    _restate([(row, each) for row, each in tried if each.faults and each.is_restated])
    fitting = [(row, each) for row, each in tried if not each.faults]
    for part in _of_one_sender([each for _, each in fitting]):
        _append(part, replay, bench, now)
    if fitting:
        about = (bench.dataset_id, replay.schema_name, replay.event)
        quarantine.settle(*about, [row for row, _ in fitting], state="replayed")
    return len(fitting)


def _restate(left: list[tuple[Waiting, Repaired]]) -> None:
    """Some of their faults are repaired, or the schema has found others."""
    if left:
        columns = rows.columns(each.restated for _, each in left)
        columns["version"] = [row.version + 1 for row, _ in left]
        store.insert("quarantine", columns, token=uuid.uuid4().hex)


def _of_one_sender(fitting: Iterable[Repaired]) -> Iterator[list[Repaired]]:
    """Events that can share an entry of the log: all but what they say is the same."""
    groups: dict[tuple[Any, ...], list[Repaired]] = {}
    for each in fitting:
        was = each.envelope
        about = (was.client, was.timeout_s, was.bounce_ms, was.host, was.organization, was.key)
        groups.setdefault((_shard(each), *about), []).append(each)
    for group in groups.values():
        for start in range(0, len(group), OF_ONE_ENTRY):
            yield group[start : start + OF_ONE_ENTRY]


def _shard(each: Repaired) -> int:
    return buffer.shard_of(each.envelope.dataset_id, each.aside.event.visitor or each.envelope.client.visitor)


def _append(part: list[Repaired], replay: Replay, bench: Bench, now: datetime) -> None:
    """Raises Problem 402 when the limit is used up and no more can be held."""
    events = [taken(each, bench.rules) for each in part]
    key = hashlib.sha256(b"replay:" + b"".join(event.event_id for event in events)).digest()

    def attempt(room: int, ration: Ration | None) -> bool:
        logged, held = events[:room], events[room:]
        if ration and held:
            ration = ration._replace(held=[_packed(part[0], held, now)], held_quantity=len(held))
        envelopes = {_shard(part[0]): _packed(part[0], logged, now)} if logged else {}
        tally = usage.tally(bench.dataset_id, now, len(logged), {DropReason.QUOTA: len(held)}, replayed=len(events))
        return buffer.append(envelopes, key, tally, ration)

    portions.fit(len(events), _ration(part[0].envelope, replay, len(events), now), attempt)


def _packed(like: Repaired, events: list[Accepted], now: datetime) -> bytes:
    """As if it had come now, from the same sender."""
    received_ms = int(now.timestamp() * 1000)
    number = receipts.issue(like.envelope.dataset_id, received_ms, receipts.Counts(len(events), 0, 0))
    about = {"receipt": number, "received_ms": received_ms, "events": events}
    return msgspec.msgpack.encode(msgspec.structs.replace(like.envelope, quarantined=[], **about))


def _ration(was: Envelope, replay: Replay, quantity: int, now: datetime) -> Ration | None:
    """What they use up of the limits now; nothing for test data and bots."""
    if replay.environment == "test" or was.client.bot or not was.organization:
        return None
    in_force = limits.in_force(was.organization, now, was.key)
    allowances = tuple(each for each in in_force if each.metric == limits.EVENTS)
    return rations.of_events(rations.Consumer(was.organization, was.key, allowances), quantity, now)
