"""What Kafka below the log adds: places, what is too large or gone, and brokers that fall silent. That it is the same
log is shown by the log's and the writer's own tests, which run with it too (`each_buffer`, `--kafka`)."""

import random
import time

import msgspec
import pytest
from django.test import RequestFactory

from config.lib import clock
from config.lib.redis_clients import buffer_client
from tracking import buffer, direct, kafka, keys, snapshot
from tracking.kafka import KafkaAway, Place, connection, reader, sender
from tracking.tests import door
from tracking.tests.building import envelope, event, log, stored
from tracking.writer import Writer

pytestmark = pytest.mark.usefixtures("kafka")


def noted(shard: int = 0) -> list[bytes]:
    """What stands in Valkey."""
    return [fields[b"e"] for _, fields in buffer_client().xrange(f"log:{shard}")]


def note(entry: bytes) -> None:
    buffer_client().xadd("log:0", {"e": entry})


def test_an_entry_stands_in_kafka_and_its_place_in_valkey(empty_log):
    log(b"a" * 1000)
    (entry,) = noted()

    assert len(entry) == 21
    assert kafka.fetch(0, [entry]) == [b"a" * 1000]


def test_a_worker_s_loop_leaves_to_a_thread_what_has_to_wait_for_kafka(acme_key, settings, event_store):
    keys.grant(acme_key, clock.now())
    environ = (
        RequestFactory().post("/api/v1/collect", content_type="text/plain", headers={"X-API-Key": acme_key}).environ
    )
    body = b'{"event_type": "a"}'
    environ["CONTENT_LENGTH"] = str(len(body))
    ways = []
    for brokers in (settings.KAFKA_BROKERS, ""):
        settings.KAFKA_BROKERS = brokers
        ways.append(type(direct.begin(environ, body, clock.now())).__name__)

    assert ways == ["Work", "Waiting"]


@pytest.mark.parametrize("entry", [b"", b"\xc1", msgspec.msgpack.encode(["a" * 15, 1, 2, 3]), b"\xc2" * 21])
def test_what_is_no_place_is_the_entry_itself(entry):
    assert kafka.place_in(entry) is None


def test_an_entry_too_large_for_a_message_stays_in_valkey_among_the_others(empty_log):
    large = b"b" * (kafka.MESSAGE_BYTES + 1)
    log(b"a", large, b"c")

    assert [len(each) for each in noted()] == [21, len(large), 21]
    assert buffer.take(0).entries == [b"a", large, b"c"]


def test_kafka_is_switched_on_while_events_wait(empty_log, settings):
    brokers, settings.KAFKA_BROKERS = settings.KAFKA_BROKERS, ""
    log(b"a")
    settings.KAFKA_BROKERS = brokers
    log(b"b")

    assert buffer.take(0).entries == [b"a", b"b"]


def test_switched_off_too_early_nothing_is_lost(empty_log, settings):
    log(b"a")
    brokers, settings.KAFKA_BROKERS = settings.KAFKA_BROKERS, ""
    with pytest.raises(KafkaAway, match="Set KAFKA_BROKERS until they are"):
        buffer.take(0)
    settings.KAFKA_BROKERS = brokers

    assert buffer.take(0).entries == [b"a"]


def test_a_message_of_a_door_that_died_before_it_was_noted_is_no_entry(empty_log):
    log(b"a")
    kafka.put({0: b"never acknowledged"})
    log(b"b")

    assert buffer.take(0).entries == [b"a", b"b"]
    assert buffer.waiting() == 2


def test_the_order_is_that_of_the_answers_not_that_of_the_messages(empty_log):
    first, second = kafka.put({0: b"put first"})[0], kafka.put({0: b"put second"})[0]
    note(second)
    note(first)

    assert buffer.take(0).entries == [b"put second", b"put first"]


def test_a_batch_is_measured_by_what_its_entries_hold(empty_log):
    log(*[bytes([number]) * 1000 for number in range(200)])

    assert len(buffer.take(0, max_bytes=100_000).entries) == 100


# --- what is gone


@pytest.fixture
def gone() -> Place:
    """A place at which something else stands, as in a topic that was made anew."""
    place = kafka.place_in(kafka.put({0: b"other"})[0])
    assert place
    return place._replace(mark=b"12345678")


def test_what_kafka_no_longer_has_is_set_aside_and_the_rest_is_stored(fence, dataset, gone):
    log(envelope(dataset, event("12:00")))
    note(gone.pack())
    log(envelope(dataset, event("12:01")))
    assert Writer(fence, snapshot.load(fence)).store_next(0)

    assert stored(dataset) == (2, 2)
    ((_, kept),) = buffer_client().xrange("quarantine:0")
    assert kept == {b"e": gone.pack(), b"reason": kafka.GONE.encode()}
    assert buffer.backlog(0, clock.now()).quarantined == 1


def test_what_was_deleted_from_the_beginning_of_the_partition_is_gone(empty_log):
    """The brokers of the tests keep 5 MB of each partition."""
    many = [random.randbytes(850_000) for _ in range(8)]
    log(b"first", *many, shard=3)

    entries = buffer.take(3, max_bytes=1 << 30).entries
    assert kafka.place_in(entries[0])
    assert entries[-1] == many[-1]


def test_what_lies_beyond_the_end_is_waited_for_before_it_is_gone(empty_log, gone, monkeypatch):
    beyond = gone._replace(offset=1 << 40).pack()
    with pytest.raises(KafkaAway, match="made anew"):
        kafka.fetch(0, [beyond])
    monkeypatch.setattr(reader, "LOST_AFTER_S", 0.0)

    assert kafka.fetch(0, [beyond]) == [beyond]


def test_what_an_earlier_reading_was_told_late_is_not_taken_for_an_answer(empty_log, gone, monkeypatch):
    monkeypatch.setattr(reader, "LOST_AFTER_S", 0.0)
    beyond = gone._replace(offset=1 << 40).pack()
    for _ in range(2):
        assert kafka.fetch(0, [beyond]) == [beyond]
        time.sleep(0.7)  # so long the brokers take to refuse what was not waited for
        assert kafka.fetch(0, [kafka.put({0: b"a"})[0]]) == [b"a"]


def test_nothing_is_called_gone_before_it_was_looked_for_twice(empty_log, monkeypatch):
    log(b"a", b"b")
    looks = [lambda *asked: iter(()), reader.Reader._range]
    monkeypatch.setattr(reader.Reader, "_range", lambda *asked: looks.pop(0)(*asked))

    assert buffer.take(0).entries == [b"a", b"b"]


# --- brokers that are away


def test_silent_brokers_are_an_honest_503_and_soon_all_is_well(acme, acme_key, brokers, anonymous, monkeypatch):
    monkeypatch.setattr(sender, "PAUSE_S", 60)
    body = {"event_type": "x", "insert_id": "one"}
    door.post({"event_type": "x"}, acme_key)
    brokers.fall_silent()
    try:
        first, took_first = _timed(body, acme_key)
        second, took_second = _timed(body, acme_key)
        assert anonymous.get("/readiness").status_code == 503
    finally:
        brokers.answer_again()
    sender.current()._away_until = 0.0  # the pause is over

    assert [(each.status_code, door.code(each), each["Retry-After"]) for each in (first, second)] == [
        (503, "log_unavailable", "5")
    ] * 2
    assert took_first < sender.PATIENCE_S + 2
    assert took_second < sender.PATIENCE_S / 2  # nobody else waits for brokers that are known to be silent
    assert len(door.events(acme.dataset_id())) == 1
    assert _timed(body, acme_key)[0].status_code == 200
    assert len(door.events(acme.dataset_id())) == 2
    assert anonymous.get("/readiness").status_code == 200


def _timed(body: dict, key: str):
    began = time.monotonic()
    answer = door.post(body, key)
    return answer, time.monotonic() - began


def test_a_producer_that_cannot_go_on_is_replaced():
    broken = sender.current()
    broken._away("out of sequence", is_fatal=True)

    assert sender.current() is not broken
    assert kafka.place_in(kafka.put({0: b"a"})[0])


# --- what is set


def test_a_topic_with_too_few_partitions_is_named(settings):
    settings.INGEST_SHARDS = 4
    kafka.check()
    settings.INGEST_SHARDS = 5
    with pytest.raises(KafkaAway, match="has 4 partitions and needs 5.*kafka-topics.sh --create"):
        kafka.check()


def test_options_that_the_library_does_not_know_are_named(settings):
    settings.KAFKA_BROKERS, settings.KAFKA_OPTIONS = "another:1", {"sasl.mechanisme": "PLAIN"}
    with pytest.raises(KafkaAway, match="KAFKA_OPTIONS.*sasl.mechanisme"):
        kafka.check()


def test_options_add_and_take_no_promise_back(settings):
    settings.KAFKA_OPTIONS = {"security.protocol": "SASL_SSL", "acks": "0"}
    used = connection.configuration(sender.SETTINGS)

    assert (used["security.protocol"], used["acks"]) == ("SASL_SSL", "all")
