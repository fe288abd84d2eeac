"""The ingest log and the lease on it, against a real Valkey, with entries there and in Kafka."""

import threading
from datetime import timedelta

import msgspec
import pytest

from config.lib import clock
from config.lib.redis_clients import buffer_client
from tracking import buffer, lease
from tracking.buffer import Commit, Manifest
from tracking.lease import LeaseLost
from tracking.tests.building import log, wait_until
from tracking.tests.door import entries

pytestmark = pytest.mark.usefixtures("each_buffer")


def manifest(batch: buffer.Batch) -> Manifest:
    return Manifest(batch.ids[0], batch.ids[-1], "token")


def finish(batch: buffer.Batch, fence: int) -> None:
    buffer.commit(batch.shard, Commit(last=batch.ids[-1], watermark_ms=1), fence)


def test_a_request_is_logged_once(empty_log):
    assert buffer.append({0: b"first"}, b"key") is True
    assert buffer.append({0: b"first"}, b"key") is False
    assert entries() == [b"first"]


def test_a_request_sent_sixteen_times_at_once_is_logged_once(empty_log):
    answers: list[bool] = []
    threads = [threading.Thread(target=lambda: answers.append(buffer.append({0: b"same"}, b"key"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(answers), entries()) == ([False] * 15 + [True], [b"same"])


def test_a_request_for_two_shards_is_logged_in_both(empty_log):
    buffer.append({0: b"left", 1: b"right"}, b"key")
    assert (entries(0), entries(1)) == ([b"left"], [b"right"])


def test_nothing_to_take_from_an_empty_log(empty_log):
    assert buffer.take(0) is None


def test_a_batch_ends_where_its_bytes_do(empty_log):
    log(*[bytes([number]) * 1000 for number in range(200)])
    batch = buffer.take(0, max_bytes=100_000)
    assert batch is not None and batch.is_full
    assert batch.entries == entries()[:100]


def test_a_sealed_batch_is_taken_again_exactly_though_the_log_has_grown(fence):
    log(b"a", b"b")
    batch = buffer.take(0)
    buffer.seal(0, manifest(batch), fence)
    log(b"c")
    again = buffer.take(0)
    assert (again.ids, again.entries, again.manifest) == (batch.ids, [b"a", b"b"], manifest(batch))


def test_a_commit_removes_its_entries_from_the_log_and_no_other(fence):
    log(b"a", b"b")
    batch = buffer.take(0)
    buffer.seal(0, manifest(batch), fence)
    log(b"c")
    finish(batch, fence)
    assert entries() == [b"c"]
    assert buffer.take(0).entries == [b"c"]


def test_nothing_leaves_the_log_before_its_commit(fence):
    log(b"a", b"b")
    buffer.seal(0, manifest(buffer.take(0)), fence)
    assert entries() == [b"a", b"b"]


def test_a_tick_rises_with_each_commit_even_when_older_events_arrive(fence):
    seen = []
    for received_ms in (1000, 1000, 500, 2000):
        log(b"a")
        batch = buffer.take(0)
        buffer.commit(0, Commit(last=batch.ids[-1], watermark_ms=1, ticks={4: received_ms}), fence)
        seen.append(int(buffer_client().get("tick:4")))
    assert seen == [1000, 1001, 1002, 2000]


def test_the_backlog_tells_how_many_wait_and_how_long(empty_log):
    assert buffer.backlog(0, clock.now()) == buffer.Backlog(0, 0.0, 0)
    before = clock.now()
    log(b"a", b"b")
    took_s = (clock.now() - before).total_seconds()
    waiting = buffer.backlog(0, before + timedelta(seconds=60))
    assert waiting.entries == 2
    assert 59.9 - took_s < waiting.lag_s < 60.1


def test_a_second_writer_waits(fence):
    assert lease.acquire() is None
    lease.release(fence)
    assert lease.acquire() == fence + 1
    lease.release(fence + 1)


def test_a_writer_whose_lease_has_moved_can_neither_seal_nor_commit(fence):
    log(b"a")
    batch = buffer.take(0)
    buffer_client().delete(lease.LEASE)  # it ran out while the writer slept
    newer = lease.acquire()
    for late in (lambda: buffer.seal(0, manifest(batch), fence), lambda: finish(batch, fence)):
        with pytest.raises(LeaseLost):
            late()
    assert entries() == [b"a"]
    finish(batch, newer)
    lease.release(newer)


def test_a_lease_that_ran_out_is_still_good_while_nobody_else_took_it(fence):
    log(b"a")
    buffer_client().delete(lease.LEASE)
    finish(buffer.take(0), fence)
    assert entries() == []


def test_a_lease_is_kept_while_work_goes_on(empty_log, monkeypatch):
    monkeypatch.setattr(lease, "TTL_MS", 150)
    token = lease.acquire()
    with lease.renewed(token):
        for _ in range(2):
            buffer_client().delete(lease.LEASE)  # it ran out
            wait_until(lambda: buffer_client().get(lease.LEASE) == str(token).encode(), 10)
    lease.release(token)


def test_a_manifest_keeps_every_decision():
    decided = Manifest("1-0", "2-0", "token", [(0, 3)], {1: "not msgpack"})
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(decided), type=Manifest) == decided
