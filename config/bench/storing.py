"""The stages behind the answer: what the log, each step of the writer, and the engine cost for an event, each beside
its floor. Steps of the writer are measured in this process, the fastest round counting; the log and the engine by what
their processes used.

Floors: bytes added to the log with as few waits for the disk, entries read as nothing but msgpack, ids looked up in a
set, a look-up for each event, tuples turned into columns, columns as JSON, the same rows sent to a table that keeps
none.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from config.bench import backlog
from config.rig import cost
from config.rig.stack import Stack, Tenant

ROWS, ROUNDS, GROUP = 3000, 7, 32
INSERTS = 30
KEPT_S = 60  # of what is put aside for measuring
Pair = tuple[float, float]


def measured(stack: Stack, tenant: Tenant, size: int) -> dict[str, object]:
    """CPU µs an event, in entries of `size`: [stage, floor]. Needs a Django of the stack."""
    import msgspec

    given = list(backlog.envelopes(stack.datasets([tenant])[0], ROWS, size, seed=size))
    stages = {"the log": _log(stack, [msgspec.msgpack.encode(each) for each in given])}
    stages |= _writer([msgspec.msgpack.encode(each) for each in given])
    stages["the engine, without merges"] = _engine(stack, given)
    return {
        f"{size} in an entry: µs an event of {name} | floor": [round(each, 1) for each in pair]
        for name, pair in stages.items()
    }


@contextmanager
def _used(pid: int, into: list[float]) -> Iterator[None]:
    before = cost.cpu_seconds(pid)
    yield
    into.append(1e6 * (cost.cpu_seconds(pid) - before) / ROWS)


def _log(stack: Stack, entries: list[bytes]) -> Pair:
    from config.lib.redis_clients import buffer_client
    from tracking import buffer
    from tracking.append import Entry, Tally, append_all

    while buffer.waiting():
        time.sleep(0.1)
    found: list[float] = []
    client: Any = buffer_client()
    times = 1 + 3000 // len(entries)  # the clock of /proc has 10 ms
    groups = [entries[at : at + GROUP] for at in range(0, len(entries), GROUP)] * times
    aside = 1 << 20  # a shard that no writer looks at
    tally = Tally(f"bench:{aside}", {"12:received": 1}, KEPT_S)
    with _used(stack.pid("buffer"), found):
        for group in groups:
            append_all([Entry({aside: each}, os.urandom(16), tally, kept_s=KEPT_S) for each in group])
    with _used(stack.pid("buffer"), found):
        for group in groups:
            with client.pipeline(transaction=True) as pipe:
                for each in group:
                    pipe.xadd(f"bench:floor:{aside}", {"e": each})
                pipe.execute()
    client.delete(f"log:{aside}", f"bench:floor:{aside}", tally.key)
    return found[0] / times, found[1] / times


def _writer(entries: list[bytes]) -> dict[str, Pair]:
    import msgspec

    from tracking import batches, rows
    from tracking.buffer import Batch
    from tracking.dedupe import Seen
    from tracking.sessionizer import sessionize

    batch, seen = Batch(0, [str(each) for each in range(len(entries))], entries), Seen()
    opened = batches._open(batch)[0]
    events, envelopes = batches._flat(opened, set())
    ids = [(envelope.dataset_id, event.event_id) for event, envelope in zip(events, envelopes, strict=True)]
    seen.update(ids[:1])
    known, sessions = set(ids), sessionize({}, events, envelopes)
    columns = rows.event_columns(events, envelopes, sessions)
    plain = list(zip(*columns.values(), strict=True))
    decode = msgspec.msgpack.Decoder().decode
    return {
        "decoding": _pair(lambda: batches._open(batch), lambda: [decode(each) for each in entries]),
        "dedupe": _pair(lambda: _again(ids, seen), lambda: [each in known for each in ids]),
        "visits": _pair(lambda: sessionize({}, events, envelopes), lambda: [each in known for each in ids]),
        "rows": _pair(lambda: _rows(events, envelopes, sessions), lambda: list(zip(*plain, strict=True))),
        "insert, encoded": _pair(
            lambda: _encoded(columns), lambda: msgspec.json.encode([list(map(str, each)) for each in columns.values()])
        ),
    }


def _again(ids: Any, seen: Any) -> None:
    from tracking.dedupe import again, marks

    marked = marks(ids)
    again(ids, marked, seen, lambda dataset_id, some: set())
    seen.update(ids[:0], marked[:0])


def _rows(events: Any, envelopes: Any, sessions: Any) -> None:
    from tracking import rows

    rows.check(envelopes, events)
    rows.event_columns(events, envelopes, sessions)
    rows.session_columns(sessions)
    rows.trait_columns(events, sessions)


def _encoded(columns: Any) -> None:
    from tracking.store import client, writes

    store: Any = client.client()  # the driver lends its encoder in no other way
    block = writes._block(store, "events", columns, ROWS, token="")
    for _ in store._transform.build_insert(block):
        pass


def _pair(stage: Callable[[], object], floor: Callable[[], object]) -> Pair:
    return _fastest(stage), _fastest(floor)


def _fastest(function: Callable[[], object]) -> float:
    took = []
    for _ in range(ROUNDS):
        began = time.process_time_ns()
        function()
        took.append((time.process_time_ns() - began) / ROWS / 1000)
    return min(took)


def _engine(stack: Stack, given: Any) -> Pair:
    from tracking import rows, store
    from tracking.sessionizer import sessionize
    from tracking.store.client import client

    events = [event for envelope in given for event in envelope.events]
    envelopes = [envelope for envelope in given for _ in envelope.events]
    sessions = sessionize({}, events, envelopes)
    columns = rows.event_columns(events, envelopes, sessions)
    tables = {"bench_kept": "AS events", "bench_floor": "ENGINE = Null AS SELECT * FROM events LIMIT 0"}
    found: list[float] = []
    for name, shape in tables.items():
        client().command(f"CREATE TABLE {name} {shape}")
        with _used(stack.pid("eventstore"), found):
            for _ in range(INSERTS):
                store.insert(name, columns, token=secrets.token_hex(8))
        client().command(f"DROP TABLE {name}")
    return found[0] / INSERTS, found[1] / INSERTS
