"""Exactly once: the writer dies at each of its steps, and what was acknowledged is counted once all the same."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from config.lib.redis_clients import buffer_client
from tracking import buffer, lease, snapshot, store
from tracking.lease import LeaseLost
from tracking.store import StoreUnavailable
from tracking.tests.building import DAY, envelope, event, log, stored, wait_until
from tracking.writer import Writer, run

pytestmark = pytest.mark.usefixtures("each_buffer")


class Crash(Exception):
    """The process ends here."""


def dying(call: Callable[..., Any], *, after: bool, table: str | None = None) -> Callable[..., Any]:
    """`call`, but the process ends just before or just after it (for inserts: that into `table`)."""

    def instead(*args: Any, **kwargs: Any) -> Any:
        if table not in (None, args[0]):
            return call(*args, **kwargs)
        if after:
            call(*args, **kwargs)
        raise Crash

    return instead


STEPS = {
    "before the seal": {"seal": dying(buffer.seal, after=False)},
    "after the seal": {"seal": dying(buffer.seal, after=True)},
    "before the events": {"insert": dying(store.insert, after=False, table="events")},
    "after the events": {"insert": dying(store.insert, after=True, table="events")},
    "before the sessions": {"insert": dying(store.insert, after=False, table="sessions")},
    "after the sessions": {"insert": dying(store.insert, after=True, table="sessions")},
    "before the commit": {"commit": dying(buffer.commit, after=False)},
    "after the commit": {"commit": dying(buffer.commit, after=True)},
}


def crashed(fence: int, **steps: Any) -> None:
    with pytest.raises(Crash):
        Writer(fence, snapshot.load(fence), **steps).store_next(0)


def drain(fence: int) -> None:
    writer = Writer(fence, snapshot.load(fence))
    while writer.store_next(0):
        pass


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_leaves_every_event_counted_once(fence, dataset, step):
    earlier = event("12:00")
    log(envelope(dataset, earlier))
    drain(fence)
    # a repeated event, a new one of the same visit, one of the next month: two blocks of events
    log(envelope(dataset, earlier, event("12:01"), event(DAY + timedelta(days=30))))
    crashed(fence, **STEPS[step])
    log(envelope(dataset, event("12:02")))
    drain(fence)
    assert stored(dataset) == (4, 4)
    assert buffer_client().xlen("log:0") == 0


@pytest.mark.parametrize("step", STEPS)
def test_an_event_sent_again_after_a_crash_at_any_step_counts_once(fence, dataset, step):
    again = envelope(dataset, event("12:00"), event("12:01"))
    log(again)
    crashed(fence, **STEPS[step])
    log(again)
    drain(fence)
    assert stored(dataset) == (2, 2)


def test_dying_between_the_months_of_a_batch_leaves_every_event_counted_once(fence, dataset):
    calls: list[str] = []

    def insert(table: str, columns: Any, *, token: str) -> None:
        calls.append(token)
        if len(calls) == 2:
            raise Crash
        store.insert(table, columns, token=token)

    log(envelope(dataset, event(DAY), event(DAY + timedelta(days=30))))
    crashed(fence, insert=insert)
    drain(fence)
    assert stored(dataset) == (2, 2)
    assert [token[-6:] for token in calls] == ["202603", "202604"]


def test_a_visit_over_several_batches_is_one_row_with_the_sum(fence, dataset):
    for minute in range(3):
        log(envelope(dataset, event(f"12:0{minute}", url=f"https://www.example.com/{minute}")))
        drain(fence)
    rows = store.query(
        "SELECT version, pageviews, entry_page, exit_page, dateDiff('second', start, stop) FROM sessions FINAL",
        dataset_id=dataset,
    )
    assert rows.rows == [(3, 3, "/0", "/2", 120)]


def test_events_carry_the_origin_of_their_visit(fence, dataset):
    landing = event("12:00", url="https://www.example.com/?utm_campaign=spring", referrer="https://duckduckgo.com/")
    log(envelope(dataset, landing))
    drain(fence)
    log(envelope(dataset, event("12:05", "goal", name="purchase", value=20.0)))
    drain(fence)
    rows = store.query("SELECT name, source, utm_campaign, value FROM events ORDER BY ts", dataset_id=dataset).rows
    assert rows == [("page_view", "DuckDuckGo", "spring", 0.0), ("purchase", "DuckDuckGo", "spring", 20.0)]


def test_a_store_that_is_away_stops_nothing_for_good(fence, dataset):
    def away(*args: Any, **kwargs: Any) -> None:
        raise StoreUnavailable("refused")

    log(envelope(dataset, event()))
    with pytest.raises(StoreUnavailable):
        Writer(fence, snapshot.load(fence), insert=away).store_next(0)
    assert buffer.backlog(0, DAY).entries == 1
    drain(fence)
    assert stored(dataset) == (1, 1)


def test_what_was_accepted_is_stored_repeated_or_set_aside(fence, dataset):
    again = event("12:00")
    log(envelope(dataset, again, event("12:01")), envelope(dataset, again, event("12:02")), b"\xc1")
    crashed(fence, commit=dying(buffer.commit, after=False))
    drain(fence)
    assert buffer_client().hgetall(f"stored:{dataset}:2026-03-10") == {b"12:stored": b"3", b"12:repeated": b"1"}
    assert buffer.backlog(0, DAY).quarantined == 1


# --- one writer at a time


def taken_over() -> int:
    """Another writer gets the lease and stores everything, while the first one sleeps."""
    buffer_client().delete(lease.LEASE)
    fence = lease.acquire()
    assert fence
    drain(fence)
    return fence


@pytest.mark.parametrize("asleep", ["before the insert", "in the insert", "before the commit"])
def test_a_writer_that_slept_past_its_lease_changes_nothing(fence, dataset, asleep):
    inserted: list[str] = []

    def insert(table: str, columns: Any, *, token: str) -> None:
        if asleep == "in the insert" and table == "events":
            taken_over()
        inserted.append(table)
        store.insert(table, columns, token=token)

    def seal(*args: Any) -> None:
        buffer.seal(*args)
        if asleep == "before the insert":
            taken_over()

    def commit(*args: Any) -> None:
        if asleep == "before the commit":
            taken_over()
        buffer.commit(*args)

    log(envelope(dataset, event("12:00"), event("12:01")))
    writer = Writer(fence, snapshot.load(fence), seal=seal, insert=insert, commit=commit)
    with pytest.raises(LeaseLost):
        writer.store_next(0)
    assert stored(dataset) == (2, 2)
    # The store forgets tokens, so only an insert that is on its way already may reach it.
    whole = ["events", "sessions", "changed_days"]  # its events are of a day long past
    assert inserted == {"before the insert": [], "in the insert": ["events"]}.get(asleep, whole)
    log(envelope(dataset, event("12:02")))
    drain(int(buffer_client().get(lease.FENCE)))
    assert stored(dataset) == (3, 3)


# --- poison

POISON = {
    "not msgpack": b"\xc1",
    "not an envelope": msgspec.msgpack.encode({"a": 1}),
    "too short an id": envelope(1, event(event_id=b"short")),
    "a time no column can hold": envelope(1, event(), received_ms=1 << 60),
    "a scroll depth beyond the page": envelope(1, event(scroll=300)),
    "a negative visitor": envelope(1, event(visitor=-1)),
    "a negative engaged time": envelope(1, event(engaged_ms=-5)),
}


@pytest.mark.parametrize("kind", POISON)
def test_an_entry_that_cannot_be_stored_is_set_aside_and_the_rest_is_stored(fence, dataset, kind):
    log(envelope(dataset, event("12:00")), POISON[kind], envelope(dataset, event("12:01")))
    drain(fence)
    assert stored(dataset) == (2, 2)
    ((_, kept),) = buffer_client().xrange("quarantine:0")
    packed = POISON[kind]
    assert kept[b"e"] == (packed if isinstance(packed, bytes) else msgspec.msgpack.encode(packed))
    assert kept[b"reason"]
    assert buffer.take(0) is None


def test_what_was_set_aside_stays_aside_when_the_batch_is_repeated(fence, dataset):
    log(envelope(dataset, event("12:00")), b"\xc1", envelope(dataset, event("12:01")))
    crashed(fence, commit=dying(buffer.commit, after=False))
    drain(fence)
    assert stored(dataset) == (2, 2)
    assert buffer_client().xlen("quarantine:0") == 1


def test_a_visit_state_that_cannot_be_read_begins_anew(fence, dataset):
    log(envelope(dataset, event("12:00")))
    drain(fence)
    buffer_client().set(f"visit:{dataset}:7", b"\xc1")
    log(envelope(dataset, event("12:01")))
    drain(fence)
    assert stored(dataset) == (2, 2)


# --- the loop


def test_the_loop_stores_what_comes_and_stops_when_told(empty_log, dataset):
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(stop, range(2)))
    thread.start()
    try:
        log(envelope(dataset, event("12:00")), shard=0)
        log(envelope(dataset, event("12:00", visitor=8)), shard=1)
        wait_until(lambda: stored(dataset) == (2, 2), seconds=5)
    finally:
        stop.set()
        thread.join(timeout=5)
    assert not thread.is_alive()
    assert buffer_client().exists(lease.LEASE) == 0  # the next one need not wait
    assert buffer_client().exists(snapshot.JOURNAL) == 0  # nor read the store
