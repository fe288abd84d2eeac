"""Checks on decoded JSON of any shape: depth, sizes, number range, NUL, names written twice.

An event may hold anything, so these walk it once and stop at the first fault; nothing here can recurse without end.
"""

import json
from collections.abc import Iterable
from typing import Any

from tracking.events import MAX_DEPTH, MAX_KEY_BYTES, MAX_PROPERTIES, MAX_STRING_BYTES
from tracking.usage import DropReason

LARGEST_INT = 2**63 - 1
# A character takes at most four bytes: only longer strings are worth encoding to be measured.
SURELY_SHORT_KEY = MAX_KEY_BYTES // 4
SURELY_SHORT_STRING = MAX_STRING_BYTES // 4
SPACES = b" \n\t\r"


class Rejected(Exception):
    """Why one event is not taken. `pointer` is a JSON pointer (RFC 6901) within the event."""

    def __init__(self, reason: DropReason, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.reason, self.detail, self.pointer = reason, detail, pointer


def count_keys(tree: dict[str, Any] | list[Any], depth: int = 1) -> int:
    """How many names stand in the tree, at any depth. Raises Rejected when a limit is passed."""
    if depth > MAX_DEPTH:
        raise Rejected(DropReason.TOO_DEEP, f"Nest objects and lists at most {MAX_DEPTH} deep.")
    count, children = _open(tree)
    for name, child in children:
        kind = type(child)
        if kind is str:
            if len(child) > SURELY_SHORT_STRING and len(child.encode()) > MAX_STRING_BYTES:
                raise Rejected(DropReason.STRING_TOO_LONG, f"A string may have {MAX_STRING_BYTES} bytes.", f"/{name}")
        elif kind is dict or kind is list:
            count += _count_within(name, child, depth)
        elif kind is int and not -LARGEST_INT - 1 <= child <= LARGEST_INT:
            raise Rejected(DropReason.NUMBER_RANGE, "Whole numbers have 64 bits. Send a string.", f"/{name}")
    if count > MAX_PROPERTIES:
        raise Rejected(DropReason.TOO_MANY_KEYS, f"An event may have {MAX_PROPERTIES} names.")
    return count


def _count_within(name: str | int, child: Any, depth: int) -> int:
    try:
        return count_keys(child, depth + 1)
    except Rejected as fault:
        escaped = str(name).replace("~", "~0").replace("/", "~1")
        raise Rejected(fault.reason, fault.detail, f"/{escaped}{fault.pointer}") from None


def _open(tree: dict[str, Any] | list[Any]) -> tuple[int, Iterable[tuple[str | int, Any]]]:
    """(the number of its names, what lies in it)."""
    if isinstance(tree, list):
        return 0, enumerate(tree)
    if len(tree) > MAX_PROPERTIES:
        raise Rejected(DropReason.TOO_MANY_KEYS, f"An event may have {MAX_PROPERTIES} names.")
    for name in tree:
        if len(name) > SURELY_SHORT_KEY and len(name.encode()) > MAX_KEY_BYTES:
            raise Rejected(DropReason.KEY_TOO_LONG, f"A name may have {MAX_KEY_BYTES} bytes.")
    return len(tree), tree.items()


def names_in(tree: Any) -> int:
    """How many names stand in a tree of any depth and size."""
    count, waiting = 0, [tree]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            count += len(each)
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    return count


def has_nul(tree: Any) -> bool:
    """Whether U+0000 stands in any string of a tree that count_keys found to be shallow."""
    if isinstance(tree, str):
        return "\0" in tree
    if isinstance(tree, dict):
        return any("\0" in name or has_nul(child) for name, child in tree.items())
    return isinstance(tree, list) and any(map(has_nul, tree))


def has_duplicate_keys(body: bytes, key_count: int | None) -> bool:
    """Whether an object in `body` names something twice; `key_count` is how many names the decoder kept, if known.

    Every name ends in a quote and a colon. Where as many of those stand in the text, spaces left out, as names were
    kept, none was lost, which one count settles. More of them may be innocent: only then look closely.
    """
    if body.translate(None, SPACES).count(b'":') == key_count:
        return False
    try:
        json.loads(body, object_pairs_hook=_refuse_duplicates)
    except _DuplicateKey:
        return True
    return False


class _DuplicateKey(Exception):
    pass


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise _DuplicateKey
