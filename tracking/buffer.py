"""The ingest log: events that were acknowledged and are not stored yet. One Valkey stream for each shard; with
KAFKA_BROKERS set, what the entries say stands in Kafka and their places in the stream (tracking.kafka).

    door     append                                 one round trip; the answer means "on the disk" (appendfsync always)
    writer   take → seal → (inserts) → commit       whatever dies in between, the batch is repeated exactly

| key             | holds                                                                            |
|-----------------|----------------------------------------------------------------------------------|
| log:{shard}     | the stream, field `e` = Envelope as msgpack, or its place in Kafka                |
| request:{…}     | a request that was logged, for a day: sent again, it is not logged again. For five |
|                 | minutes where each event has an id of its sender, by which it counts once anyway |
| open:{shard}    | Manifest of the batch being stored, written before its first side effect         |
| cursor:{shard}  | last entry of the last committed batch                                           |
| watermark:{shard} | newest receipt of that batch, epoch ms                                         |
| visit:{dataset}:{visitor} | visit state (tracking.visits), for STATE_TTL_S after its last event    |
| tick:{dataset}  | received ms of the dataset's newest stored event; rises with every commit        |
| stored:{dataset, or all}:{YYYY-MM-DD} | `{hour}:{what}`: of the events received in this hour how many were stored,
|                 | repeated or broken; together they are what the door counted as accepted          |
| quarantine:{shard} | stream of entries that could not be stored: `e` the entry, `reason`           |
| used:{organization}:{YYYY-MM[-DD]} | what it used in that period: see usage.counters                         |
| held, held:totals | events beyond a limit, until usage.hold has them in PostgreSQL; and how many of whom      |
| ledger            | what was stored and is not booked yet: see usage.ledger                                 |
| seen:journal, seen:base | ids committed since the duplicate filter's snapshot, and its name        |

An entry leaves the log in the same transaction that moves the cursor past it, never earlier.
All functions raise redis.RedisError when the log cannot be reached or is full.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import msgspec
from django.conf import settings

from config.lib.redis_clients import buffer_client
from tracking import kafka
from tracking.append import append as append
from tracking.lease import FENCE, LeaseLost

# A visit is found again this long after its last event was stored. It takes 0.3 KB a visitor.
STATE_TTL_S = 86_400
DAYS_TTL_S = 40 * 86_400
LEDGER = "ledger"
BATCH_BYTES = 4 << 20  # of entries: about 20,000 events
FIRST_ENTRIES = 64  # an entry has up to 5 MB, so the first read is small and tells how large the next may be

_SEAL = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
return 1
"""
# KEYS: fence, open, cursor, watermark, log, quarantine, journal, ledger, visits…, ticks…, day counts…, used…
# ARGV: fence, last, first to keep, watermark, state TTL, ids, days' TTL, numbers of poison, visits, ticks, days and
#       ledger lines, (entry, reason)…, states…, ticks…, (field, number)…, (field, given back)…, ledger lines…
_COMMIT = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local poison, visits, ticks = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local days, lines = tonumber(ARGV[11]), tonumber(ARGV[12])
local at, first = 12, 9
for i = 1, poison do
    redis.call('XADD', KEYS[6], '*', 'e', ARGV[at + 1], 'reason', ARGV[at + 2])
    at = at + 2
end
for i = first, first + visits - 1 do
    at = at + 1
    redis.call('SET', KEYS[i], ARGV[at], 'EX', ARGV[5])
end
first = first + visits
for i = first, first + ticks - 1 do
    at = at + 1
    local now, before = tonumber(ARGV[at]), tonumber(redis.call('GET', KEYS[i]) or 0)
    redis.call('SET', KEYS[i], string.format('%.0f', now > before and now or before + 1))
end
first = first + ticks
for i = first, first + days - 1 do
    redis.call('HINCRBY', KEYS[i], ARGV[at + 1], ARGV[at + 2])
    redis.call('EXPIRE', KEYS[i], ARGV[7])
    at = at + 2
end
for i = first + days, #KEYS do
    if redis.call('EXISTS', KEYS[i]) == 1 then redis.call('HINCRBY', KEYS[i], ARGV[at + 1], -ARGV[at + 2]) end
    at = at + 2
end
for i = at + 1, at + lines do redis.call('XADD', KEYS[8], '*', 'l', ARGV[i]) end
if ARGV[6] ~= '' then redis.call('RPUSH', KEYS[7], ARGV[6]) end
redis.call('SET', KEYS[3], ARGV[2])
redis.call('SET', KEYS[4], ARGV[4])
redis.call('DEL', KEYS[2])
redis.call('XTRIM', KEYS[5], 'MINID', ARGV[3])
return 1
"""


class Manifest(msgspec.Struct, array_like=True):
    """What was decided about a batch. A repetition after a crash takes it over: it could not decide the same again,
    as it would find its own rows in the store and take them for earlier ones."""

    first: str
    last: str
    token: str  # names the batch in the store; random, as a clock set back could repeat the ids
    duplicates: list[tuple[int, int]] = []  # (entry, event in the entry)
    poison: dict[int, str] = {}  # entry → reason


@dataclass(frozen=True)
class Batch:
    shard: int
    ids: list[str]
    entries: list[bytes]
    manifest: Manifest | None = None  # of an attempt before this one
    is_full: bool = False  # there is more in the log


@dataclass
class Commit:
    """What becomes true, all or nothing, when a batch is in the store."""

    last: str
    watermark_ms: int
    states: Mapping[str, bytes] = field(default_factory=dict)  # visit key → state
    ticks: Mapping[int, int] = field(default_factory=dict)  # dataset → newest received ms
    poison: Sequence[tuple[bytes, str]] = ()  # (entry, reason)
    ids: bytes = b""  # for seen:journal
    days: Sequence[tuple[str, str, int]] = ()  # (stored:…, field, number)
    given_back: Sequence[tuple[str, str, int]] = ()  # (used:…, field, quantity) of events that had counted before
    lines: Sequence[bytes] = ()  # for the ledger


@dataclass(frozen=True)
class Backlog:
    entries: int
    lag_s: float  # age of the oldest entry
    quarantined: int  # entries that were set aside


def shard_of(dataset_id: int, visitor: int) -> int:
    """All events of a visitor go through one shard, in the order in which they were logged."""
    shards: int = settings.INGEST_SHARDS
    return (visitor ^ dataset_id) % shards


def take(shard: int, max_bytes: int = BATCH_BYTES) -> Batch | None:
    """The sealed batch that was not finished, or what is new in the log, or None."""
    client: Any = buffer_client()
    sealed, cursor = client.mget(f"open:{shard}", f"cursor:{shard}")
    if sealed:
        manifest = msgspec.msgpack.decode(sealed, type=Manifest)
        found = client.xrange(f"log:{shard}", manifest.first, manifest.last)
        return Batch(shard, *_split(shard, found), manifest=manifest, is_full=True)
    found, is_full = _read(shard, f"({cursor.decode()}" if cursor else "-", max_bytes)
    return Batch(shard, *_split(shard, found), is_full=is_full) if found else None


def _read(shard: int, start: str, max_bytes: int) -> tuple[list[Any], bool]:
    client: Any = buffer_client()
    found: list[Any] = []
    size, count = 0, FIRST_ENTRIES
    while True:
        part = client.xrange(f"log:{shard}", start, "+", count=count)
        found += part
        size += sum(kafka.size_of(fields[b"e"]) for _, fields in part)
        if len(part) < count or size >= max_bytes:
            return found, len(part) == count
        start = f"({part[-1][0].decode()}"
        count = max(1, (max_bytes - size) * len(found) // size)


def _split(shard: int, found: list[Any]) -> tuple[list[str], list[bytes]]:
    entries = kafka.fetch(shard, [fields[b"e"] for _, fields in found])
    return [entry_id.decode() for entry_id, _ in found], entries


def seal(shard: int, manifest: Manifest, fence: int) -> None:
    """Fix the batch and the decisions about it. Raises LeaseLost."""
    script = buffer_client().register_script(_SEAL)
    if not script([FENCE, f"open:{shard}"], [fence, msgspec.msgpack.encode(manifest)]):
        raise LeaseLost


def commit(shard: int, done: Commit, fence: int) -> None:
    """Finish the batch: visits, cursor and ticks move, its entries leave the log. LeaseLost: nothing moves."""
    script = buffer_client().register_script(_COMMIT)
    fixed = [f"{name}:{shard}" for name in ("open", "cursor", "watermark", "log", "quarantine")]
    keys = [FENCE, *fixed, "seen:journal", LEDGER, *done.states]
    keys += [*(f"tick:{dataset}" for dataset in done.ticks), *(key for key, _, _ in (*done.days, *done.given_back))]
    sizes = (len(done.poison), len(done.states), len(done.ticks), len(done.days), len(done.lines))
    arguments: list[Any] = [
        fence,
        done.last,
        _after(done.last),
        done.watermark_ms,
        STATE_TTL_S,
        done.ids,
        DAYS_TTL_S,
        *sizes,
    ]
    arguments += chain.from_iterable(done.poison)
    arguments += (*done.states.values(), *done.ticks.values())
    arguments += chain.from_iterable((field, number) for _, field, number in (*done.days, *done.given_back))
    arguments += done.lines
    if not script(keys, arguments):
        raise LeaseLost


def _after(entry_id: str) -> str:
    time_ms, _, number = entry_id.partition("-")
    return f"{time_ms}-{int(number) + 1}"


def states(keys: Sequence[str]) -> list[bytes | None]:
    """Visit states in the order of `keys`."""
    client: Any = buffer_client()
    parts = [client.mget(keys[start : start + 1000]) for start in range(0, len(keys), 1000)]
    return [state for part in parts for state in part]


def backlog(shard: int, now: datetime) -> Backlog:
    """How much waits to be stored, and for how long the oldest of it."""
    with buffer_client().pipeline(transaction=False) as pipe:
        pipe.xlen(f"log:{shard}")
        pipe.xrange(f"log:{shard}", count=1)
        pipe.xlen(f"quarantine:{shard}")
        entries, oldest, quarantined = pipe.execute()
    waited_s = now.timestamp() - int(oldest[0][0].partition(b"-")[0]) / 1000 if oldest else 0.0
    return Backlog(entries, max(0.0, waited_s), quarantined)


def stored_key(dataset_id: int, day: datetime) -> str:
    """`dataset_id` 0: of all together."""
    return f"stored:{dataset_id or 'all'}:{day:%Y-%m-%d}"


def stored_on(day: datetime) -> int:
    """How many of the events received on that day (UTC) are stored, of everybody."""
    found: Any = buffer_client().hgetall(stored_key(0, day))
    return sum(int(number) for name, number in found.items() if name.endswith(b":stored"))


def touch(dataset_id: int) -> None:
    """Says that what is stored of a dataset has changed, as a commit does."""
    client = buffer_client()
    if client.exists(f"tick:{dataset_id}"):
        client.incr(f"tick:{dataset_id}")


def waiting() -> int:
    """How many requests are logged and not stored yet."""
    client: Any = buffer_client()
    return sum(client.xlen(f"log:{shard}") for shard in range(settings.INGEST_SHARDS))


def holds(mark: bytes, most: int) -> bool | None:
    """Whether one of the entries that are not stored contains `mark`; None when there are more than `most` to read."""
    client: Any = buffer_client()
    for shard in range(settings.INGEST_SHARDS):
        found = client.xrange(f"log:{shard}", count=most + 1)
        if any(mark in entry for entry in _split(shard, found)[1]):
            return True
        if len(found) > most:
            return None
    return False


def check() -> bool:
    """Whether events can be logged: True, or redis.RedisError saying what is away."""
    buffer_client().ping()
    kafka.check()
    return True


def lag_s(now: datetime) -> float:
    """Age of the oldest event of any shard that is not stored."""
    return max(backlog(shard, now).lag_s for shard in range(settings.INGEST_SHARDS))


def watermark() -> datetime:
    """Whatever was acknowledged before this moment is stored. By the log server's clock, which dates the entries."""
    with buffer_client().pipeline(transaction=False) as pipe:
        pipe.time()
        for shard in range(settings.INGEST_SHARDS):
            pipe.xrange(f"log:{shard}", count=1)
        (seconds, micros), *oldest = pipe.execute()
    waiting = [int(found[0][0].partition(b"-")[0]) for found in oldest if found]
    return datetime.fromtimestamp(min([seconds * 1000 + micros // 1000, *waiting]) / 1000, UTC)
