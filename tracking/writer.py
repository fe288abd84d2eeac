"""The process that turns the ingest log into stored rows.

    lease ─► take ─► prepare (dedupe, sessionize, rows) ─► seal ─► insert events ─► insert sessions ─► commit ─► tell

A batch holds what has gathered since the last one, at least PERIOD_S apart: each insert makes a part in the engine
that costs merging, so few events wait half a second for company, and many (BATCH_BYTES) do not wait at all.

Killed anywhere, the successor takes the sealed batch again: same entries, same verdicts, same tokens, and visit states
as they were before, because those move only in the commit. With the store or the log away nothing is lost and nothing
is skipped: it waits, longer each time, and the backlog shows in the metrics.
"""

import logging
import threading
import time
from collections.abc import Callable

import msgspec
import redis

from config.lib import metrics
from tracking import buffer, lease, rows, snapshot, store
from tracking.batches import Prepared, prepare, state_key
from tracking.buffer import Batch, Commit
from tracking.dedupe import Confirm, Seen
from tracking.lease import LeaseLost
from tracking.ticks import Announcer

log = logging.getLogger(__name__)

PERIOD_S = 0.5
FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 5.0


class Writer:
    """Stores batches under one lease. The calls on which a crash could fall are arguments: a test lets them fail."""

    def __init__(
        self,
        fence: int,
        seen: Seen,
        *,
        confirm: Confirm = store.existing_events,
        seal: Callable[..., None] = buffer.seal,
        insert: Callable[..., None] = store.insert,
        commit: Callable[..., None] = buffer.commit,
    ) -> None:
        self.fence, self.seen = fence, seen
        self.confirm, self.seal, self.insert, self.commit = confirm, seal, insert, commit
        self.announcer = Announcer()
        self.unsaved = 0  # ids in the journal

    def store_next(self, shard: int) -> Batch | None:
        """Store one batch; None when nothing waits. Raises LeaseLost, StoreError, redis.RedisError; then repeat it."""
        began = time.monotonic()
        batch = buffer.take(shard)
        if batch is None:
            return None
        work = prepare(batch, self.seen, self.confirm)
        if batch.manifest is None:
            self.seal(shard, work.manifest, self.fence)
        self._insert("events", work.event_rows, "ts", work.manifest.token)
        self._insert("sessions", work.session_rows, "session_id", work.manifest.token)
        for table, columns in work.person_rows.items():
            self._insert_whole(table, columns, work.manifest.token)
        done = _commit(work, snapshot.pack(work.ids))
        self.commit(shard, done, self.fence)
        self.seen.update(work.ids, work.marks)
        self.unsaved += len(work.ids)
        self.announcer.changed(done.ticks)
        _count(work, time.monotonic() - began)
        return batch

    def _insert(self, table: str, columns: rows.Columns, time_column: str, token: str) -> None:
        times = columns[time_column]
        if not times:
            return
        times_ms = times if table == "events" else [(visit_id >> 32) * 1000 for visit_id in times]
        for month, part in rows.by_month(columns, times_ms):
            # The token makes a repetition harmless for 10,000 inserts only; a process may sleep longer.
            lease.check(self.fence)
            self.insert(table, part, token=f"{token}:{month}")

    def _insert_whole(self, table: str, columns: rows.Columns, token: str) -> None:
        """Into a table without months. A repetition is harmless in itself: rows carry their versions."""
        if columns["dataset_id"]:
            lease.check(self.fence)
            self.insert(table, columns, token=f"{token}:{table}")

    def save(self) -> None:
        snapshot.save(self.seen, self.fence)
        self.unsaved = 0


def _commit(work: Prepared, ids: bytes) -> Commit:
    ticks: dict[int, int] = {}
    for envelope, _ in work.taken:
        if ticks.get(envelope.dataset_id, -1) < envelope.received_ms:
            ticks[envelope.dataset_id] = envelope.received_ms
    return Commit(
        last=work.manifest.last,
        watermark_ms=max(ticks.values(), default=int(work.manifest.last.partition("-")[0])),
        states={state_key(key): msgspec.msgpack.encode(work.states[key]) for key in work.sessions.visitors()},
        ticks=ticks,
        poison=work.poison,
        ids=ids,
        days=work.hours(),
        given_back=work.given_back(),
        lines=work.lines(),
    )


def _count(work: Prepared, seconds: float) -> None:
    metrics.WRITER_ROWS.labels(table="events").inc(len(work.events))
    metrics.WRITER_ROWS.labels(table="sessions").inc(len(work.sessions.touched))
    metrics.WRITER_DUPLICATES.inc(len(work.manifest.duplicates))
    metrics.WRITER_SECONDS.observe(seconds)
    for _, reason in work.poison:
        log.error("an entry of the log cannot be stored and was set aside: %s", reason)


def run(stop: threading.Event, shards: range) -> None:
    """Store until `stop` is set, then finish the batch at hand."""
    while not stop.is_set():
        try:
            fence = lease.acquire()
        except redis.RedisError as error:
            log.warning("the log cannot be reached: %s", error)
            fence = None
        if fence is None:
            stop.wait(lease.TTL_MS / 6000)
            continue
        log.info("writing, with lease %d", fence)
        try:
            with lease.renewed(fence):
                _write(fence, stop, shards)
        except LeaseLost:
            log.warning("another writer has taken over from lease %d", fence)


def _write(fence: int, stop: threading.Event, shards: range) -> None:
    writer: Writer | None = None
    wait_s = FIRST_WAIT_S
    while not stop.is_set():
        began = time.monotonic()
        try:
            writer = writer or Writer(fence, snapshot.load(fence))
            is_full = _round(writer, shards)
        except (store.StoreError, redis.RedisError) as error:
            log.warning("nothing stored, trying again in %.1f s: %s", wait_s, str(error)[:500])
            stop.wait(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
            continue
        wait_s = FIRST_WAIT_S
        if not is_full:
            stop.wait(max(0.0, began + PERIOD_S - time.monotonic()))
    if writer:
        _leave(writer)


def _round(writer: Writer, shards: range) -> bool:
    """One batch of each shard. True when more is waiting."""
    batches = [writer.store_next(shard) for shard in shards]
    writer.announcer.tell()
    if writer.unsaved >= snapshot.EVERY:
        writer.save()
    return any(batch and batch.is_full for batch in batches)


def _leave(writer: Writer) -> None:
    try:
        writer.save()
        lease.release(writer.fence)
    except (store.StoreError, redis.RedisError) as error:
        log.warning("left without a snapshot of the duplicate filter: %s", error)
