"""The types and formats of properties. A type says which JSON values fit; a format narrows it.

type     fits                                                        format
string   text                                                        email, url, uuid, date
number   3, 2.5; never true                                          integer
datetime RFC 3339 with a zone, or epoch milliseconds: as `timestamp`
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tracking import moments
from tracking.trees import Rejected, has_nul

Check = Callable[[Any], bool]
ANY_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
AN_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]{1,63}(\.[^@\s.]{1,63}){1,4}")


@dataclass(frozen=True)
class Kind:
    """`types` are those msgspec decodes JSON to; `is_one` looks at the value itself, where its type does not tell."""

    types: frozenset[type]
    article: str  # as in "Send a number."
    is_one: Check | None = None


@dataclass(frozen=True)
class Format:
    kind: str
    article: str
    is_one: Check


def _is_moment(value: Any) -> bool:
    try:
        moments.epoch_ms(value)
    except Rejected:
        return False
    return True


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _is_date(value: str) -> bool:
    try:
        return len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


KINDS: dict[str, Kind] = {
    "string": Kind(frozenset({str}), "a string"),
    "number": Kind(frozenset({int, float}), "a number"),
    "boolean": Kind(frozenset({bool}), "true or false"),
    "array": Kind(frozenset({list}), "an array"),
    "object": Kind(frozenset({dict}), "an object"),
    "datetime": Kind(
        frozenset({str, int, float}), "a time such as 2026-03-10T12:00:00Z, or epoch milliseconds", _is_moment
    ),
}
FORMATS: dict[str, Format] = {
    "email": Format("string", "an e-mail address", lambda value: AN_EMAIL.fullmatch(value) is not None),
    "url": Format("string", "an address that begins with http:// or https://", _is_url),
    "uuid": Format("string", "a UUID", lambda value: ANY_UUID.fullmatch(value) is not None),
    "date": Format("string", "a date such as 2026-03-10", _is_date),
    "integer": Format("number", "a whole number", lambda value: type(value) is int or value.is_integer()),
}
NAMED: dict[type, str] = {
    str: "a string", int: "a number", float: "a number", bool: "true or false", list: "an array", dict: "an object",
}  # fmt: skip


def is_plain(tree: Any) -> bool:
    """Whether decoded JSON can be stored and sent on: no number beyond 64 bits or infinite, no half of a character, no
    U+0000, no depth without end. What came through the door is; what came over the API may be anything."""
    try:
        json.dumps(tree, allow_nan=False, ensure_ascii=False).encode()
        msgspec.msgpack.encode(tree)
    except (ValueError, OverflowError, RecursionError):
        return False
    return not has_nul(tree)


def called(value: Any) -> str:
    """The type of a decoded JSON value, with its article."""
    return NAMED.get(type(value), "null")
