"""JSON bodies, strictly: valid UTF-8, no number beyond its type, no name written twice.

Every refusal is a Problem 400 or 413. A dialect whose body is JSON asks `read`; tracking.payloads, which counts names
anyway, asks for the parts of it.
"""

import re
from typing import Any

import msgspec

from config.lib.problems import Problem
from tracking.events import MAX_VALUES
from tracking.trees import has_duplicate_keys, names_in
from tracking.usage import DropReason

SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def read(body: bytes) -> Any:
    """The decoded body, of whatever shape."""
    tree = decode(body)
    check_duplicates(body, names_in(tree))
    return tree


def as_object(tree: Any) -> dict[str, Any]:
    if not isinstance(tree, dict):
        raise Problem(400, "not_an_object", 'Send an object: {"events": […]} or one event.')
    return tree


def decode(body: bytes) -> Any:
    if not body or body.isspace():
        raise Problem(400, "empty", 'The body is empty. Send {"events": […]}.')
    if len(body) > MAX_VALUES and body.count(b",") > MAX_VALUES:
        raise Problem(413, "too_many_values", f"A body may have {MAX_VALUES} values. Send fewer events at a time.")
    try:
        return msgspec.json.decode(body)
    except msgspec.ValidationError as error:
        raise Problem(400, "number_range", f"{error}. Whole numbers have 64 bits.") from None
    except msgspec.DecodeError as error:
        if SURROGATE.search(body):
            raise Problem(400, "surrogate", "An escape between \\ud800 and \\udfff stands without its pair.") from None
        raise Problem(400, "malformed", f"This is not JSON: {error}.") from None
    except UnicodeDecodeError:
        raise Problem(400, "encoding", "The body is not UTF-8.") from None
    except RecursionError:
        raise _too_deep() from None


def check_duplicates(body: bytes, names: int | None) -> None:
    """`names`: how many names the decoder kept, if known."""
    try:
        found = has_duplicate_keys(body, names)
    except RecursionError:
        raise _too_deep() from None
    if found:
        raise Problem(400, "duplicate_key", "An object names something twice. Which one counts is anybody's guess.")


def _too_deep() -> Problem:
    return Problem(400, DropReason.TOO_DEEP, "The body is nested too deep.")
