"""Reads entries at their places: a range of offsets of one partition, assigned for this one reading.

No group decides who reads what, and nothing is noted in Kafka about how far that was.
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from django.conf import settings

from tracking.kafka import KafkaAway, Place
from tracking.kafka.connection import made

log = logging.getLogger(__name__)

PATIENCE_S = 5.0
AT_ONCE = 500
# A new leader may not have the newest offsets at once. After this time what lies beyond its end is no more.
LOST_AFTER_S = 60.0
SETTINGS = {
    "group.id": "metricpal-writer",  # demanded by the library; no group is joined
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "error",
    "fetch.wait.max.ms": 10,
    "queued.max.messages.kbytes": 4096,  # what is read ahead of the range is read for nothing
}
_OUT_OF_RANGE = {KafkaError.OFFSET_OUT_OF_RANGE, KafkaError._AUTO_OFFSET_RESET}


class Told(NamedTuple):
    """What Kafka says of an offset: a message, or an error."""

    shard: int
    offset: int
    key: bytes
    value: bytes
    error: int | None


class Reader:
    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer
        self._lock = threading.Lock()
        self._missing_since: dict[int, float] = {}  # by shard: offsets beyond the end of its partition

    def read(self, shard: int, places: Sequence[Place]) -> dict[int, bytes]:
        """By offset; without those that are gone. Raises KafkaAway."""
        missing = {place.offset: place.mark for place in places}
        found: dict[int, bytes] = {}
        try:
            with self._lock:
                for _ in range(2):  # before anything is said to be gone, it is looked for once more
                    found |= self._found(shard, missing)
                    missing = {offset: mark for offset, mark in missing.items() if offset not in found}
        except KafkaException as error:
            raise KafkaAway(f"Kafka does not answer: {error.args[0].str()}") from error
        if missing:
            log.error("Kafka no longer has %d entries of shard %d, from offset %d", len(missing), shard, min(missing))
        return found

    def _found(self, shard: int, marks: Mapping[int, bytes]) -> dict[int, bytes]:
        if not marks:
            return {}
        read = self._range(shard, min(marks), max(marks))
        return {message.offset: message.value for message in read if message.key == marks.get(message.offset)}

    def _range(self, shard: int, first: int, last: int) -> Iterator[Told]:
        until = time.monotonic() + PATIENCE_S
        try:
            self._assign(shard, first)
            while first <= last:
                told = self._told(shard, first, min(AT_ONCE, last - first + 1))
                read = [each for each in told if each.error is None]
                if read:
                    yield from read
                    first = read[-1].offset + 1
                    self._missing_since.pop(shard, None)
                elif _OUT_OF_RANGE.intersection(each.error for each in told) or time.monotonic() > until:
                    first = self._next_there(shard, first)
                    self._assign(shard, min(first, last))
        finally:
            self._consumer.unassign()

    def _told(self, shard: int, first: int, most: int) -> list[Told]:
        """Without what an earlier reading has not waited for: its errors come even after another assignment."""
        told = [_told(message) for message in self._consumer.consume(most, timeout=0.5)]
        here = [each for each in told if each.shard == shard]
        return [each for each in here if (each.offset == first if each.error else each.offset >= first)]

    def _assign(self, shard: int, offset: int) -> None:
        self._consumer.assign([TopicPartition(settings.KAFKA_TOPIC, shard, offset)])

    def _next_there(self, shard: int, first: int) -> int:
        """The first offset from `first` on that can be read; infinitely far when none can."""
        partition = TopicPartition(settings.KAFKA_TOPIC, shard)
        oldest, end = self._consumer.get_watermark_offsets(partition, timeout=PATIENCE_S / 2)
        if first < oldest:
            return oldest
        if first < end:
            raise KafkaAway(f"Kafka did not give shard {shard} in time.")
        since = self._missing_since.setdefault(shard, time.monotonic())
        if time.monotonic() - since < LOST_AFTER_S:
            raise KafkaAway(f"Kafka's partition {shard} ends before the newest entry. Was the topic made anew?")
        return sys.maxsize


def _told(message: Message) -> Told:
    error, shard = message.error(), message.partition()
    return Told(
        -1 if shard is None else shard,
        message.offset() or 0,
        message.key() or b"",
        message.value() or b"",
        error.code() if error else None,
    )


def current() -> Reader:
    """This process' own."""
    with _one_at_a_time:
        return _of(os.getpid(), settings.KAFKA_BROKERS)


@cache
def _of(pid: int, brokers: str) -> Reader:
    return Reader(made(Consumer, SETTINGS))


_one_at_a_time = threading.Lock()
