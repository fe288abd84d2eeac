"""An event counts once, whenever it comes back: through the log, the writer and the event store."""

import hashlib
import uuid
from datetime import timedelta

import msgspec
import pytest

from config.lib.redis_clients import buffer_client
from tracking import dedupe, snapshot
from tracking.dedupe import Seen
from tracking.tests.building import DAY, envelope, event, log, stored
from tracking.writer import Writer


def ids(count: int) -> list[tuple[int, bytes]]:
    return [(1, uuid.uuid4().bytes) for _ in range(count)]


def restarted(fence: int) -> Writer:
    """A writer that begins as a new process does: with what is on the disk, in the log and in the store."""
    return Writer(fence, snapshot.load(fence))


def test_an_id_twice_in_one_request_counts_once(writer, dataset):
    once = event()
    log(envelope(dataset, once, once))
    writer.store_next(0)
    assert stored(dataset) == (1, 1)


def test_an_id_in_two_requests_of_one_batch_counts_once_and_the_first_wins(writer, dataset):
    first = event("12:00", url="https://www.example.com/first")
    log(
        envelope(dataset, first),
        envelope(dataset, event("12:05", event_id=first.event_id, url="https://other.example/")),
    )
    writer.store_next(0)
    assert stored(dataset) == (1, 1)
    assert writer.confirm(dataset, [first.event_id]) == {first.event_id}


def test_an_id_in_a_later_batch_counts_once(writer, dataset):
    again = envelope(dataset, event())
    for _ in range(3):
        log(again)
        writer.store_next(0)
    assert stored(dataset) == (1, 1)


def test_an_id_counts_in_each_dataset(writer, dataset):
    again = event()
    log(envelope(dataset, again), envelope(dataset + 500_000, again))
    writer.store_next(0)
    log(envelope(dataset + 600_000, again))
    writer.store_next(0)
    assert [stored(dataset + offset) for offset in (0, 500_000, 600_000)] == [(1, 1)] * 3


def test_an_id_in_another_shard_counts_once(writer, dataset):
    again = event()
    log(envelope(dataset, again), shard=0)
    log(envelope(dataset, again), shard=1)
    writer.store_next(0)
    writer.store_next(1)
    assert stored(dataset) == (1, 1)


def test_an_id_that_comes_back_after_89_days_counts_once(writer, dataset):
    again = event(DAY)
    log(envelope(dataset, again))
    writer.store_next(0)
    again.at_ms += int(timedelta(days=89).total_seconds() * 1000)
    log(envelope(dataset, again))
    writer.store_next(0)
    assert stored(dataset) == (1, 1)


@pytest.mark.parametrize("is_saved", [True, False])
def test_after_a_restart_an_id_counts_once(writer, fence, dataset, is_saved):
    again = envelope(dataset, event())
    log(again)
    writer.store_next(0)
    if is_saved:
        writer.save()
    log(again)
    restarted(fence).store_next(0)
    assert stored(dataset) == (1, 1)


def test_after_a_restart_the_ids_since_the_snapshot_come_from_the_journal(writer, fence, dataset, monkeypatch):
    log(envelope(dataset, event()))
    writer.store_next(0)
    writer.save()
    later = envelope(dataset, event())
    log(later)
    writer.store_next(0)
    monkeypatch.setattr(snapshot, "_rebuilt", lambda: pytest.fail("read all ids from the store"))
    log(later)
    restarted(fence).store_next(0)
    assert stored(dataset) == (2, 2)


@pytest.mark.parametrize("harm", ["missing", "damaged", "older", "another"])
def test_a_snapshot_that_cannot_be_trusted_is_made_anew_from_the_store(writer, fence, dataset, harm):
    again = envelope(dataset, event())
    log(again)
    writer.store_next(0)
    writer.save()
    folder = snapshot._folder()
    (path,) = folder.iterdir()
    if harm == "missing":
        path.unlink()
    elif harm == "damaged":
        whole = path.read_bytes()
        path.write_bytes(whole[:300] + bytes(len(whole) - 300))  # a disk that lost all but the first block
    elif harm == "older":  # whole, and of another shape
        body = msgspec.msgpack.encode(["of an earlier version"])
        path.write_bytes(hashlib.blake2b(body, digest_size=32).digest() + body)
    else:  # of a store with other events, hence without this one
        other = Seen()
        other.update([(dataset, uuid.uuid4().bytes)])
        snapshot.save(other, fence)
    log(again)
    restarted(fence).store_next(0)
    assert stored(dataset) == (1, 1)


def test_the_journal_is_empty_after_a_snapshot(writer, dataset):
    log(envelope(dataset, event(), event()))
    writer.store_next(0)
    assert buffer_client().lrange(snapshot.JOURNAL, 0, -1)[0][:4] == dataset.to_bytes(4)
    writer.save()
    assert buffer_client().exists(snapshot.JOURNAL) == 0


def test_the_store_is_asked_about_repeated_events_only(writer, dataset):
    asked: list[int] = []
    confirm = writer.confirm
    writer.confirm = lambda dataset_id, few: asked.append(len(few)) or confirm(dataset_id, few)
    first = envelope(dataset, *[event() for _ in range(1000)])
    log(first)
    writer.store_next(0)
    assert asked == []
    log(first)
    writer.store_next(0)
    assert asked == [500, 500]
    assert stored(dataset) == (1000, 1000)


def test_the_filter_never_misses_and_rarely_errs():
    old, new = ids(20_000), ids(20_000)
    seen = Seen()
    for start in range(0, 20_000, 7_000):
        seen.update(old[start : start + 7_000])
    assert len(seen.suspects(dedupe.marks(old))) == 20_000
    assert len(seen.suspects(dedupe.marks(new))) <= 2  # expected: 0.2


def test_a_full_filter_grows_by_a_part(monkeypatch):
    monkeypatch.setattr(dedupe, "FIRST_CAPACITY", 100)
    seen, many = Seen(), ids(1000)
    seen.update(many)
    assert (seen.size, len(seen.parts)) == (1000, 5)  # 100 + 100 + 200 + 400 + 200 of 800
    assert len(seen.suspects(dedupe.marks(many))) == 1000


def test_ids_that_differ_in_their_high_bits_only_are_told_apart():
    """UUIDs of version 1: time in front, the same machine behind."""
    clocks = [(1, (number << 96 | 0x8ABC0242AC130003).to_bytes(16)) for number in range(20_000)]
    seen = Seen()
    seen.update(clocks[::2])
    assert len(seen.suspects(dedupe.marks(clocks[1::2]))) <= 2
