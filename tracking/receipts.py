"""Receipts: a request's number tells by itself when it came and what became of it, so that none has to be kept.

    UUID of version 8: 48 bits received ms | 36 bits counts | 10 bits random | 28 bits seal

The seal is keyed with the dataset: a number of somebody else's, or one that was made up, is no receipt. What was
refused is listed apart (tracking.rejections), as long as it is remembered.
"""

import hashlib
import hmac
import secrets
import uuid
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

COUNT_BITS = 9  # a request has at most 500 events
NONCE_BITS, SEAL_BITS = 10, 28
SAID_BITS = 4 * COUNT_BITS + NONCE_BITS


class Counts(NamedTuple):
    accepted: int
    duplicates: int
    refused: int
    quarantined: int = 0


def issue(dataset_id: int, received_ms: int, counts: Counts) -> str:
    said = 0
    for count in counts:
        said = said << COUNT_BITS | count
    said = said << NONCE_BITS | secrets.randbits(NONCE_BITS)
    tail = said << SEAL_BITS | _seal(dataset_id, received_ms, said)
    # The two fixed parts of a UUID lie between: 4 bits of version, 2 of variant.
    number = received_ms << 80 | 0x8 << 76 | tail >> 62 << 64 | 0b10 << 62 | tail & (1 << 62) - 1
    return str(uuid.UUID(int=number))


def read(dataset_id: int, receipt: uuid.UUID) -> tuple[int, Counts] | None:
    """(received ms, counts) of a receipt of this dataset; None for anything else."""
    received_ms, tail = receipt.int >> 80, (receipt.int >> 64 & 0xFFF) << 62 | receipt.int & (1 << 62) - 1
    said, seal = tail >> SEAL_BITS, tail & (1 << SEAL_BITS) - 1
    if seal != _seal(dataset_id, received_ms, said) or str(receipt) != _form(receipt):
        return None
    counts = said >> NONCE_BITS
    mask = (1 << COUNT_BITS) - 1
    return received_ms, Counts(*(counts >> place * COUNT_BITS & mask for place in (3, 2, 1, 0)))


def _form(receipt: uuid.UUID) -> str:
    fixed = receipt.int & ~(0xF << 76) & ~(0b11 << 62) | 0x8 << 76 | 0b10 << 62
    return str(uuid.UUID(int=fixed))


def _seal(dataset_id: int, received_ms: int, said: int) -> int:
    message = b"%d:%d:%d" % (dataset_id, received_ms, said)
    return int.from_bytes(hmac.digest(_key(settings.SECRET_KEY), message, "sha256")[:4]) >> 32 - SEAL_BITS


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"receipts:" + secret.encode()).digest()
