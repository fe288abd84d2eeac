"""A batch of the log, worked out completely before anything is written: who was seen before, which visits change,
the rows. Whatever can go wrong with the data goes wrong here, where it can still be left out.

Poison is an entry that cannot become rows. It is set aside with its reason and the rest is stored: first all are
tried together, then without those that fail alone, then the first entry alone.
"""

import logging
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec
import redis

from config.lib import clock
from tracking import buffer, kafka, late, rows
from tracking.buffer import Batch, Manifest
from tracking.dedupe import Confirm, Id, Seen, again, marks
from tracking.events import Accepted, Envelope
from tracking.quarantine import rows as aside
from tracking.sessionizer import Sessions, sessionize, wanted
from tracking.store import StoreError
from tracking.usage import lines
from tracking.usage.lines import Counted
from tracking.visits import Key, Visitor

log = logging.getLogger(__name__)

_envelope = msgspec.msgpack.Decoder(Envelope)
_state = msgspec.msgpack.Decoder(Visitor)
HOUR_MS = 3_600_000
ENDS_MS = 253_402_300_800_000  # the year 10000, which no calendar here knows
ALL = 0  # no dataset has this number
Opened = dict[int, Envelope]  # entry → what it holds


@dataclass
class Prepared:
    """`events`, `envelopes`, `ids` and `marks` run parallel: one for each row of `event_rows`."""

    manifest: Manifest
    poison: list[tuple[bytes, str]]
    taken: Counted  # the envelopes of the events that are stored
    repeated: Counted  # those of duplicates
    broken: Counted  # those of the poison, as far as it can be read
    events: list[Accepted]
    envelopes: list[Envelope]
    ids: list[Id]
    marks: list[int]
    sessions: Sessions
    states: dict[Key, Visitor]
    event_rows: rows.Columns
    session_rows: rows.Columns
    person_rows: dict[str, rows.Columns]  # by table: what was learned of persons, what was set aside, late days

    def hours(self) -> list[tuple[str, str, int]]:
        """(hash, field, number): what became of the events, by hour of receipt, of each dataset and of all together."""
        total: Counter[tuple[str, str]] = Counter()
        for what, envelopes in (("stored", self.taken), ("repeated", self.repeated), ("broken", self.broken)):
            for (dataset_id, hour), number in _by_hour(envelopes).items():
                moment = datetime.fromtimestamp(hour * HOUR_MS / 1000, UTC)
                for whose in (ALL, dataset_id):
                    total[buffer.stored_key(whose, moment), f"{moment.hour:02}:{what}"] += number
        return [(key, field, number) for (key, field), number in total.items()]

    def lines(self) -> list[bytes]:
        """For the ledger: what is billable of the stored events."""
        return lines.of_stored(self.taken)

    def given_back(self) -> list[tuple[str, str, int]]:
        """What the duplicates used up of limits when they were logged."""
        return lines.to_give_back(self.repeated)


def _by_hour(envelopes: Counted) -> Counter[tuple[int, int]]:
    found: Counter[tuple[int, int]] = Counter()
    for envelope, number in envelopes:
        found[envelope.dataset_id, envelope.received_ms // HOUR_MS] += number
    return found


def prepare(batch: Batch, seen: Seen, confirm: Confirm) -> Prepared:
    """Raises StoreError and redis.RedisError, which say nothing about the batch: try again later."""
    opened, poison = _open(batch)
    while True:
        try:
            return _prepared(batch, opened, poison, seen, confirm)
        except (StoreError, redis.RedisError):
            raise
        except Exception as error:
            if batch.manifest:
                raise  # once it worked, and what it did then may be stored
            failing = _failing_alone(opened)
            if not failing and len(batch.ids) > 1:
                return prepare(
                    replace(batch, ids=batch.ids[:1], entries=batch.entries[:1], is_full=True), seen, confirm
                )
            failing = failing or dict.fromkeys(opened, _reason(error))
        poison |= failing
        opened = {entry: envelope for entry, envelope in opened.items() if entry not in failing}


def _open(batch: Batch) -> tuple[Opened, dict[int, str]]:
    opened: Opened = {}
    poison = dict(batch.manifest.poison) if batch.manifest else {}
    for entry, packed in enumerate(batch.entries):
        if entry not in poison:
            try:
                opened[entry] = _envelope.decode(packed)
            except msgspec.MsgspecError as error:
                poison[entry] = kafka.GONE if kafka.place_in(packed) else _reason(error)
    return opened, poison


def _prepared(batch: Batch, opened: Opened, poison: dict[int, str], seen: Seen, confirm: Confirm) -> Prepared:
    ids = [(envelope.dataset_id, event.event_id) for envelope in opened.values() for event in envelope.events]
    marked = marks(ids)
    manifest = batch.manifest or Manifest(
        batch.ids[0], batch.ids[-1], secrets.token_hex(12), _duplicates(opened, ids, marked, seen, confirm), poison
    )
    events, envelopes = _flat(opened, set(manifest.duplicates))
    if manifest.duplicates:
        ids = [(envelope.dataset_id, event.event_id) for event, envelope in zip(events, envelopes, strict=True)]
        marked = marks(ids)
    rows.check(list(opened.values()), events)
    states = _states(wanted(events, envelopes))
    sessions, event_rows, session_rows, person_rows = _rows(states, events, envelopes)
    person_rows["quarantine"] = aside.columns(opened.values())
    person_rows["changed_days"] = late.columns(event_rows, session_rows, round(clock.now().timestamp() * 1000))
    left_out = [(batch.entries[entry], reason) for entry, reason in sorted(poison.items())]
    fates = (*_counted(opened, manifest), [(envelope, len(envelope.events)) for envelope in _readable(left_out)])
    stored = (event_rows, session_rows, person_rows)
    return Prepared(manifest, left_out, *fates, events, envelopes, ids, marked, sessions, states, *stored)


def _counted(opened: Opened, manifest: Manifest) -> tuple[Counted, Counted]:
    """Envelopes with (new events, duplicates), where there are any."""
    again = Counter([entry for entry, _ in manifest.duplicates])
    taken = [(envelope, len(envelope.events) - again[entry]) for entry, envelope in opened.items()]
    repeated = [(opened[entry], number) for entry, number in again.items() if entry in opened]
    return [(envelope, number) for envelope, number in taken if number], repeated


def _readable(left_out: Sequence[tuple[bytes, str]]) -> Iterator[Envelope]:
    for packed, _ in left_out:
        try:
            envelope = _envelope.decode(packed)
        except msgspec.MsgspecError:
            continue  # nobody can tell whose it was
        if 0 <= envelope.received_ms < ENDS_MS:
            yield envelope


def _duplicates(
    opened: Opened, ids: Sequence[Id], marked: Sequence[int], seen: Seen, confirm: Confirm
) -> list[tuple[int, int]]:
    places_again = again(ids, marked, seen, confirm)
    if not places_again:
        return []
    places = [(entry, index) for entry, envelope in opened.items() for index in range(len(envelope.events))]
    return [places[place] for place in sorted(places_again)]


def _flat(opened: Opened, skipped: set[tuple[int, int]]) -> tuple[list[Accepted], list[Envelope]]:
    events: list[Accepted] = []
    envelopes: list[Envelope] = []
    touched = {entry for entry, _ in skipped}
    for entry, envelope in opened.items():
        kept = envelope.events
        if entry in touched:
            kept = [event for index, event in enumerate(kept) if (entry, index) not in skipped]
        events += kept
        envelopes += [envelope] * len(kept)
    return events, envelopes


def _rows(
    states: dict[Key, Visitor], events: Sequence[Accepted], envelopes: Sequence[Envelope]
) -> tuple[Sessions, rows.Columns, rows.Columns, dict[str, rows.Columns]]:
    sessions = sessionize(states, events, envelopes)
    received_ms = max([envelope.received_ms for envelope in envelopes], default=0)
    persons = {"identity": rows.identity_columns(sessions, received_ms), "traits": rows.trait_columns(events, sessions)}
    return sessions, rows.event_columns(events, envelopes, sessions), rows.session_columns(sessions), persons


def _failing_alone(opened: Opened) -> dict[int, str]:
    failing = {}
    for entry, envelope in opened.items():
        try:
            rows.check([envelope], envelope.events)
            _rows({}, envelope.events, [envelope] * len(envelope.events))
        except Exception as error:
            failing[entry] = _reason(error)
    return failing


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _states(keys: set[Key]) -> dict[Key, Visitor]:
    ordered = sorted(keys)
    packed = buffer.states([state_key(key) for key in ordered])
    return {key: _visitor(key, each) for key, each in zip(ordered, packed, strict=True) if each is not None}


def _visitor(key: Key, packed: bytes) -> Visitor:
    try:
        return _state.decode(packed)
    except msgspec.MsgspecError:
        log.error("the state of %s cannot be read; its visits begin anew", state_key(key))
        return Visitor(forgotten=1)


def state_key(key: Key) -> str:
    return f"visit:{key[0]}:{key[1]}"
