"""The id by which an event counts once: the sender's UUID, or one derived from what the event says."""

import hashlib
from typing import Any

import msgspec

from tracking.trees import Rejected
from tracking.usage import DropReason

# Random ones (4) and time-ordered ones (7), of the usual variant. Others hold a MAC address or can be guessed.
VERSIONS, VARIANT = frozenset({4, 7}), 0b10


def read(text: str) -> bytes:
    """The 16 bytes of a UUID as text. Raises Rejected event_id."""
    found = of_uuid(text)
    if found is None:
        raise Rejected(DropReason.EVENT_ID, "Send a UUID of version 4 or 7, or no id at all.", "/id")
    return found


def of_uuid(text: str) -> bytes | None:
    """The same; None for anything else. A third of what an expression and uuid.UUID take."""
    digits = text.replace("-", "")
    if len(text) != 36 or len(digits) != 32 or not text[8] == text[13] == text[18] == text[23] == "-":
        return None
    try:
        found = bytes.fromhex(digits)
    except ValueError:
        return None
    # With spaces between the digits there are fewer bytes.
    return found if len(found) == 16 and found[6] >> 4 in VERSIONS and found[8] >> 6 == VARIANT else None


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
    pairs = event_id.hex("-", 2)  # of bytes
    return f"{pairs[:4]}{pairs[5:29]}{pairs[30:34]}{pairs[35:]}"
