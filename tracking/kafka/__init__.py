"""Kafka under the ingest log: it keeps what the entries say, Valkey which entries there are, and in what order.

    door     put ──► Kafka, topic KAFKA_TOPIC, partition = shard: on all replicas in sync ─┐ place: offset, size, mark
             append ──► Valkey: the place instead of the entry, in the same step as the request's key, counts, limits
    writer   take ◄── Valkey: sealed range of places ──► fetch ◄── Kafka: that range of offsets of that partition

So there is one decision about a request, and one cursor, as without Kafka: nothing is decided by offsets of a consumer
group, no rebalance moves a partition, and whoever has lost the lease can commit nothing. A message without a place
(the door died in between, or the request was refused room) is no entry: nobody was told that it was taken.
The mark tells that what stands at an offset is what was put there, should a topic have been made anew.

An entry beyond MESSAGE_BYTES stays in Valkey as it is. Both kinds may stand in the log side by side, so Kafka can be
switched on while events wait; to switch it off, stop the web processes first and let the writer finish.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import redis
from django.conf import settings

MESSAGE_BYTES = 900_000  # brokers take 1 MB unless told otherwise, with what the protocol adds
GONE = "Kafka no longer has this entry: it was kept there for a shorter time than it waited"
_FIRST = 0xC1  # the one byte with which nothing that msgpack writes can begin
_FORM = struct.Struct(">BQI8s")


class KafkaAway(redis.ConnectionError):  # type: ignore[misc]  # the types of redis-py are not read
    """One half of the log is away. Whoever knows what to do without the other half does the same without this one."""


class Place(NamedTuple):
    """Where an entry stands in its shard's partition."""

    offset: int
    size: int  # bytes
    mark: bytes  # 8 bytes, the key of the message

    def pack(self) -> bytes:
        return _FORM.pack(_FIRST, *self)


def place_in(entry: bytes) -> Place | None:
    """None for an entry that is there itself."""
    if len(entry) != _FORM.size or entry[0] != _FIRST:
        return None
    return Place(*_FORM.unpack(entry)[1:])


def size_of(entry: bytes) -> int:
    place = place_in(entry)
    return place.size if place else len(entry)


def put(entries: Mapping[int, bytes]) -> Mapping[int, bytes]:
    """Entries by shard → what to note in the log instead: their places, once every replica in sync has them.

    Without Kafka the entries themselves. Raises KafkaAway, within four seconds.
    """
    if not settings.KAFKA_BROKERS or not entries:
        return entries
    from tracking.kafka import sender  # 14 MB that only who uses Kafka shall pay

    return sender.current().put(entries)


def fetch(shard: int, entries: Sequence[bytes]) -> list[bytes]:
    """The same with every place replaced by what stands there; a place that Kafka no longer has stays as it is.

    Raises KafkaAway.
    """
    places = [place_in(entry) for entry in entries]
    wanted = [place for place in places if place]
    if not wanted:
        return list(entries)
    if not settings.KAFKA_BROKERS:
        raise KafkaAway("Entries that are not stored yet stand in Kafka. Set KAFKA_BROKERS until they are.")
    from tracking.kafka import reader

    found = reader.current().read(shard, wanted)
    both = zip(places, entries, strict=True)
    return [found.get(place.offset, entry) if place else entry for place, entry in both]


def check() -> None:
    """That the brokers answer and the topic has a partition for each shard. Raises KafkaAway saying what is wrong."""
    if settings.KAFKA_BROKERS:
        from tracking.kafka import sender

        sender.current().check()
