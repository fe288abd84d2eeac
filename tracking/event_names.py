"""What an event may be called: at the door, in a schema, and by a rule that renames it."""

import unicodedata
from functools import lru_cache

from tracking.events import MAX_NAME_BYTES
from tracking.trees import Rejected
from tracking.usage.reasons import DropReason


@lru_cache(maxsize=4096)
def clean_name(written: str) -> str:
    """The name in NFC, without outer spaces, so that one name counts as one. Raises Rejected."""
    name = unicodedata.normalize("NFC", written).strip()
    if not name or any(unicodedata.category(character) == "Cc" for character in name):
        raise Rejected(DropReason.NAME, "A name has visible characters and no control characters.", "/event_type")
    if len(name.encode()) > MAX_NAME_BYTES:
        raise Rejected(DropReason.NAME_TOO_LONG, f"A name may have {MAX_NAME_BYTES} bytes.", "/event_type")
    if name.startswith("$"):
        raise Rejected(DropReason.NAME_RESERVED, "Names that begin with $ are reserved.", "/event_type")
    return name
