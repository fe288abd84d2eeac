"""The stages of the way in, one by one in this process, each beside its floor: the least that library call costs which
does nothing but the stage's own work. The fastest of many small rounds counts, so that neighbours do not."""

import hmac
import time
from collections.abc import Callable, Sequence
from typing import Any

ROUNDS, GROUP = 40, 32
PEER = "127.0.0.1"


def measured(key: str, size: int) -> dict[str, object]:
    """CPU µs of each stage for a request of `size` events: [stage, floor]. Needs a Django that knows the key."""
    work = _Work(key, size)
    stages: list[tuple[str, Callable[[int], object], Callable[[int], object]]] = [
        ("head", work.read_head, work.parse_head),
        ("JSON", work.parse, work.decode),
        ("key, limits, origin", work.admit, work.digest),
        ("browser, place, visitor", work.describe, work.hash),
        ("judging", work.judge, work.convert),
        ("entry, packed", work.pack, work.encode),
        ("receipt, answer", work.answer, work.write),
    ]
    figures: dict[str, object] = {}
    total = [0.0, 0.0]
    for name, stage, floor in stages:
        pair = [_fastest(stage, work.numbers), _fastest(floor, work.numbers)]
        total = [sum(both) for both in zip(total, pair, strict=True)]
        figures[f"{size} in a request: µs of {name} | floor"] = [round(each, 1) for each in pair]
    figures[f"{size} in a request: µs of these stages | floors"] = [round(each, 1) for each in total]
    return figures


def _fastest(function: Callable[[int], object], numbers: Sequence[int]) -> float:
    """µs a call."""
    part = max(1, len(numbers) // ROUNDS)
    took = []
    for start in range(0, len(numbers), part):
        some = numbers[start : start + part]
        began = time.process_time_ns()
        for number in some:
            function(number)
        took.append((time.process_time_ns() - began) / len(some) / 1000)
    return min(took)


class _Work:
    """Each stage keeps what the next one needs."""

    def __init__(self, key: str, size: int) -> None:
        from config.bench import senders
        from config.lib import clock
        from config.web import heads
        from tracking import client, keys, payloads

        self.key, self.now = key, clock.now()
        self.numbers = range(2000 if size == 1 else 160)
        self.requests = [senders.request(key, size, number) for number in self.numbers]
        self.heads: list[Any] = [heads.read(each, PEER) for each in self.requests]
        self.bodies = [text[head.size :] for text, head in zip(self.requests, self.heads, strict=True)]
        self.environ = self.heads[0].environ
        self.grant = keys.grant(key, self.now)
        self.frame = payloads.parse(self.bodies[0]).frame
        self.client = client.of_request(self.environ, self.frame, self.grant, self.now)
        self.payloads: list[Any] = []
        self.works: list[Any] = []
        self.entries: list[Any] = []

    def read_head(self, number: int) -> None:
        from config.web import heads

        heads.read(self.requests[number], PEER, self.heads[number - 1])  # as on a connection that is kept

    def parse_head(self, number: int) -> None:
        import httptools

        httptools.HttpRequestParser(self).feed_data(self.requests[number][: self.heads[number].size])

    def parse(self, number: int) -> None:
        from tracking import payloads

        self.payloads.append(payloads.parse(self.bodies[number]))

    def decode(self, number: int) -> None:
        import msgspec

        msgspec.json.decode(self.bodies[number])

    def admit(self, number: int) -> None:
        from tracking import keys, limits, origins

        keys.at_hand(keys.in_request(self.environ, {}), self.now)
        limits.check(self.grant, self.key, limits.sender_of(self.environ))
        origins.check(self.grant, "")

    def digest(self, number: int) -> None:
        from config.lib import crypto

        crypto.digest(self.key)

    def describe(self, number: int) -> None:
        from tracking import client, filters

        is_named = self.payloads[number].names_everybody
        client.of_request(self.environ, self.frame, self.grant, self.now, is_named=is_named)
        filters.of_request(self.environ, self.frame, self.grant, "")

    def hash(self, number: int) -> None:
        for salt in (b"today", b"yesterday"):
            hmac.digest(salt, b"address and browser", "sha256")

    def judge(self, number: int) -> None:
        from tracking import ingest

        asked = (self.payloads[number], self.bodies[number], self.grant, self.client, self.now)
        self.works.append(ingest.judged(*asked))

    def convert(self, number: int) -> None:
        from tracking.events import Accepted
        from tracking.payloads import convert

        for tree in self.payloads[number].trees:
            raw = convert(tree)
            Accepted(b"", "", "", 0, 0, 0, "", raw.url or "", raw.referrer or "", raw.title or "")

    def pack(self, number: int) -> None:
        from tracking import append, ingest

        receipt, entry = ingest.entry(self.works[number])
        self.entries.append((receipt, entry))
        if number % GROUP == 0:
            append.packed([each for _, each in self.entries[-GROUP:]])

    def encode(self, number: int) -> None:
        import hashlib

        import msgspec

        hashlib.sha256(self.bodies[number]).digest()
        msgspec.msgpack.encode(self.works[number].judged.events)

    def answer(self, number: int) -> None:
        from config.web import replies
        from tracking import direct

        receipt, entry = self.entries[number]
        replies.written(direct.finish(direct.Waiting(entry, self.works[number], receipt)), True)

    def write(self, number: int) -> None:
        import msgspec

        msgspec.json.encode(self.works[number].judged.verdicts)
