"""Puts entries into Kafka and waits until they are safe there.

Each process has one producer, which sends what its threads put while an earlier request is under way as one: that is
the group commit. A request waits PATIENCE_S at most, and while the brokers are away only one in PAUSE_S waits at all.
"""

import logging
import os
import secrets
import threading
import time
from collections.abc import Mapping
from functools import cache
from queue import SimpleQueue

from confluent_kafka import KafkaError, KafkaException, Producer
from django.conf import settings

from tracking.kafka import MESSAGE_BYTES, KafkaAway, Place
from tracking.kafka.connection import made

log = logging.getLogger(__name__)

TIMEOUT_MS = 2000
PATIENCE_S = TIMEOUT_MS / 1000 + 2  # the producer looks for what has timed out once a second
PAUSE_S = 1.0
TURN_S = 0.02
SETTINGS = {
    "acks": "all",
    "enable.idempotence": True,  # a repetition by the producer is no second message
    "message.timeout.ms": TIMEOUT_MS,
    "linger.ms": 0,  # company gathers by itself while a request is under way
    "compression.type": "lz4",
    "queue.buffering.max.kbytes": 65_536,
}
Answers = SimpleQueue[tuple[int, KafkaError | None, int]]  # (shard, error, offset)


class Sender:
    def __init__(self, producer: Producer) -> None:
        self._producer = producer
        self._serving = threading.Lock()
        self._away_until = 0.0

    def put(self, entries: Mapping[int, bytes]) -> dict[int, bytes]:
        if time.monotonic() < self._away_until:
            raise KafkaAway("Kafka did not answer a moment ago.")
        answers: Answers = SimpleQueue()
        mark = secrets.token_bytes(8)
        fitting = {shard: entry for shard, entry in entries.items() if len(entry) <= MESSAGE_BYTES}
        for shard, entry in fitting.items():
            self._produce(shard, entry, mark, answers)
        return {**entries, **self._places(fitting, mark, answers)}

    def _produce(self, shard: int, entry: bytes, mark: bytes, answers: Answers) -> None:
        try:
            self._producer.produce(
                settings.KAFKA_TOPIC,
                entry,
                key=mark,
                partition=shard,
                on_delivery=lambda error, message: answers.put((shard, error, message.offset() or 0)),
            )
        except (BufferError, KafkaException) as error:
            raise self._away(f"Kafka takes no more now: {error}") from error

    def _places(self, entries: Mapping[int, bytes], mark: bytes, answers: Answers) -> dict[int, bytes]:
        places = {}
        until = time.monotonic() + PATIENCE_S
        for _ in entries:
            self._wait(answers, until)
            shard, error, offset = answers.get()
            if error is None:
                places[shard] = Place(offset, len(entries[shard]), mark).pack()
            elif error.code() != KafkaError.MSG_SIZE_TOO_LARGE:  # what a broker finds too large stays in Valkey
                raise self._away(f"Kafka has not taken an entry: {error.str()}", is_fatal=error.fatal())
        return places

    def _wait(self, answers: Answers, until: float) -> None:
        """One thread at a time receives for all. Whoever has his answer, or has waited for it for TURN_S, lets the next
        do it. A thread of its own for this took twice the CPU."""
        while answers.empty():
            if time.monotonic() > until:
                raise self._away("Kafka did not answer in time.")
            with self._serving:
                turn = time.monotonic() + TURN_S
                while answers.empty() and time.monotonic() < turn:
                    self._producer.poll(TURN_S)
            if answers.empty():
                time.sleep(0.001)  # a lock that is taken again at once is not let go

    def _away(self, why: str, *, is_fatal: bool = False) -> KafkaAway:
        log.warning("%s", why)
        self._away_until = time.monotonic() + PAUSE_S
        if is_fatal:
            _of.cache_clear()  # this producer will never send again
        return KafkaAway(why)

    def check(self) -> None:
        topic, needed = settings.KAFKA_TOPIC, settings.INGEST_SHARDS
        partitions = self._partitions(topic) or self._partitions(topic)  # asked for the first time it is made
        if partitions < needed:
            raise KafkaAway(
                f"The topic {topic} has {partitions} partitions and needs {needed}, one for each of INGEST_SHARDS: "
                f"kafka-topics.sh --create --topic {topic} --partitions {needed}, or --alter where it exists"
            )

    def _partitions(self, topic: str) -> int:
        try:
            found = self._producer.list_topics(topic, timeout=2).topics[topic]
        except KafkaException as error:
            raise KafkaAway(f"Kafka at {settings.KAFKA_BROKERS} does not answer: {error.args[0].str()}") from error
        if found.error:
            time.sleep(0.5)
        return len(found.partitions)


def current() -> Sender:
    """This process' own: what a fork inherits is not a producer any more."""
    with _one_at_a_time:
        return _of(os.getpid(), settings.KAFKA_BROKERS)


@cache
def _of(pid: int, brokers: str) -> Sender:
    return Sender(made(Producer, SETTINGS))


_one_at_a_time = threading.Lock()
