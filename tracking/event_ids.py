"""The id by which an event counts once: the sender's UUID, or one derived from what the event says."""

import hashlib
import re
from typing import Any

import msgspec

from tracking.trees import Rejected
from tracking.usage import DropReason

# Random (4) and time-ordered (7) ones. Others hold a MAC address or can be guessed.
ACCEPTED_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.I).fullmatch


def read(text: str) -> bytes:
    """The 16 bytes of a UUID as text. Raises Rejected event_id."""
    if not ACCEPTED_UUID(text):
        raise Rejected(DropReason.EVENT_ID, "Send a UUID of version 4 or 7, or no id at all.", "/id")
    return bytes.fromhex(text.replace("-", ""))


def derive(*facts: Any) -> bytes:
    """A UUID of version 8 from the SHA-256 of `facts`; the order of names in an object does not matter."""
    digest = bytearray(hashlib.sha256(msgspec.json.encode(facts, order="sorted")).digest()[:16])
    digest[6] = 0x80 | digest[6] & 0x0F
    digest[8] = 0x80 | digest[8] & 0x3F
    return bytes(digest)


def is_own(event_id: bytes) -> bool:
    """Whether the sender gave it, rather than we: ours are of version 8."""
    return event_id[6] >> 4 != 8


def text(event_id: bytes) -> str:
    """The 16 bytes as a UUID is written; without an object of uuid.UUID, which costs five times as much."""
    digits = event_id.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
