"""Believable traffic for the demo workspace: a small shop over sixty days, made by a fixed seed.

    visits(now, seed) ──► Envelope for each visit ──► append_all ──► the writer, as for any other event

What one should see in it: weekdays above weekends, evenings above nights, slow growth, a newsletter spike, a third
of visits that leave after one page, one in thirty that buys, some who sign up and come back by name. Sixty days, so
that thirty have thirty to compare with.

    shop    the tables      people    who comes      visit    what happens
"""

import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import msgspec

from tracking import buffer, usage
from tracking.append import Entry, Ration, Tally, append_all
from tracking.demo import shop
from tracking.demo.people import Person, newcomer
from tracking.demo.visit import Visit
from tracking.events import Envelope
from tracking.usage import lines, rations
from tracking.usage.rations import Consumer
from workspaces.models import Workspace

AT_ONCE = 100  # visits: each by itself would wait for the disk, and with Kafka for the brokers


def send(dataset_id: int, now: datetime, seed: int = 2026) -> int:
    """Append the demo's visits to the ingest log; the number of events. A second call adds nothing."""
    count, consumer = 0, Consumer(Workspace.objects.get(id=dataset_id // 2).organization_id)
    numbered = enumerate(visits(dataset_id, now, seed))
    while some := list(islice(numbered, AT_ONCE)):
        keys = [hashlib.sha256(f"demo:{dataset_id}:{seed}:{index}".encode()).digest() for index, _ in some]
        append_all([_entry(each, key, consumer) for (_, each), key in zip(some, keys, strict=True)])
        count += sum(len(each.events) for _, each in some)
    return count


def _entry(envelope: Envelope, key: bytes, consumer: Consumer) -> Entry:
    shard = buffer.shard_of(envelope.dataset_id, envelope.events[0].visitor)
    packed = msgspec.msgpack.encode(envelope)
    return Entry({shard: packed}, key, _tally(envelope), _ration(envelope, consumer))


def _received_at(envelope: Envelope) -> datetime:
    return datetime.fromtimestamp(envelope.received_ms / 1000, UTC)


def _tally(envelope: Envelope) -> Tally:
    """As the door would have counted them: or the books of those hours would not add up."""
    number = len(envelope.events)
    return usage.tally(envelope.dataset_id, _received_at(envelope), number, {}, received=number)


def _ration(envelope: Envelope, consumer: Consumer) -> Ration | None:
    """Demo events use up as others do, on the days on which they are said to have come."""
    if not lines.is_billable(envelope):
        return None
    return rations.of_events(consumer, len(envelope.events), _received_at(envelope))


def visits(dataset_id: int, now: datetime, seed: int) -> Iterator[Envelope]:
    """One envelope for each visit, in order of time, up to `now`."""
    chance = random.Random(seed)
    known: list[Person] = []
    first_day = (now - timedelta(days=shop.DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)
    for start in _starts(chance, first_day, now):
        returning = bool(known) and chance.random() < 0.28
        person = chance.choice(known[-1500:]) if returning else newcomer(chance)
        if not returning:
            known.append(person)
        events = [event for event in Visit(chance, person, start, now).events() if event.at_ms < now.timestamp() * 1000]
        if events:
            yield Envelope(
                dataset_id=dataset_id,
                receipt=f"demo-{start:%Y%m%d%H%M%S}",
                received_ms=events[-1].at_ms,
                client=person.client,
                events=events,
                host=shop.HOST,
            )


def _starts(chance: random.Random, first_day: datetime, now: datetime) -> Iterator[datetime]:
    for number in range(shop.DAYS + 1):
        day = first_day + timedelta(days=number)
        growth = 0.8 + 0.4 * number / shop.DAYS
        spike = 1.7 if number in (9, 23, 37, 51) else 1.0
        amount = round(shop.VISITS_A_DAY * growth * spike * shop.WEEKDAYS[day.weekday()] * chance.uniform(0.93, 1.07))
        hours = chance.choices(range(24), shop.HOURS, k=amount)
        moments = sorted(day + timedelta(hours=hour, seconds=chance.uniform(0, 3600)) for hour in hours)
        yield from (moment for moment in moments if moment < now)
    yield from sorted(now - timedelta(seconds=chance.uniform(20, 1500)) for _ in range(shop.LATELY))
