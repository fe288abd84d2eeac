"""Receipts: a request's number tells by itself when it came and what became of it, so that none has to be kept.

    UUID of version 8: 48 bits received ms | 38 bits counts | 8 bits random | 28 bits seal

The five counts make up at most 500, so they need no bits of their own each: together they are one of C(505, 5) ways to
put that many events into five boxes, and its rank among them is written (the combinatorial number system).

The seal is keyed with the dataset: a number of somebody else's, or one that was made up, is no receipt. What was
refused is listed apart (tracking.rejections), as long as it is remembered.
"""

import hashlib
import hmac
import random
import uuid
from bisect import bisect_right
from functools import lru_cache
from math import comb
from typing import NamedTuple

from config.lib.settled import settled
from tracking import event_ids
from tracking.events import MAX_EVENTS

COUNT_BITS, NONCE_BITS, SEAL_BITS = 38, 8, 28


class Counts(NamedTuple):
    accepted: int
    duplicates: int
    refused: int
    quarantined: int = 0
    held: int = 0


BOXES = len(Counts._fields)


def issue(dataset_id: int, received_ms: int, counts: Counts) -> str:
    # Only tells receipts of one moment apart; the seal is what cannot be guessed.
    said = _rank(counts) << NONCE_BITS | random.getrandbits(NONCE_BITS)
    tail = said << SEAL_BITS | _seal(dataset_id, received_ms, said)
    # The two fixed parts of a UUID lie between: 4 bits of version, 2 of variant.
    number = received_ms << 80 | 0x8 << 76 | tail >> 62 << 64 | 0b10 << 62 | tail & (1 << 62) - 1
    return event_ids.text(number.to_bytes(16))


def read(dataset_id: int, receipt: uuid.UUID) -> tuple[int, Counts] | None:
    """(received ms, counts) of a receipt of this dataset; None for anything else."""
    received_ms, tail = receipt.int >> 80, (receipt.int >> 64 & 0xFFF) << 62 | receipt.int & (1 << 62) - 1
    said, seal = tail >> SEAL_BITS, tail & (1 << SEAL_BITS) - 1
    if seal != _seal(dataset_id, received_ms, said) or str(receipt) != _form(receipt):
        return None
    return received_ms, _counts(said >> NONCE_BITS)


@lru_cache(maxsize=1024)
def _rank(counts: Counts) -> int:
    """Of all counts with a sum of at most MAX_EVENTS."""
    rank = total = 0
    for box, count in enumerate(counts):
        total += count
        rank += comb(total + box, box + 1)
    return rank


def _counts(rank: int) -> Counts:
    totals = [0] * BOXES
    for box in reversed(range(BOXES)):
        place = bisect_right(range(MAX_EVENTS + BOXES), rank, key=lambda each: comb(each, box + 1)) - 1  # noqa: B023
        rank -= comb(place, box + 1)
        totals[box] = place - box
    return Counts(*(total - before for before, total in zip([0, *totals], totals, strict=False)))


def _form(receipt: uuid.UUID) -> str:
    fixed = receipt.int & ~(0xF << 76) & ~(0b11 << 62) | 0x8 << 76 | 0b10 << 62
    return str(uuid.UUID(int=fixed))


def _seal(dataset_id: int, received_ms: int, said: int) -> int:
    message = b"%d:%d:%d" % (dataset_id, received_ms, said)
    return int.from_bytes(hmac.digest(_key(settled.SECRET_KEY), message, "sha256")[:4]) >> 32 - SEAL_BITS


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"receipts:" + secret.encode()).digest()
