"""What a rule does to one property before the event is checked: a table of actions, each in place.

    {"price": "12.50"}  ──cast price number──►  {"price": 12.5}

A rule that finds nothing to do does nothing: what it cannot convert stays, and stays a fault.
"""

import hashlib
import hmac
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.conf import settings

from config.lib.problems import Problem
from tracking import properties
from tracking.event_names import clean_name
from tracking.events import MAX_KEY_BYTES, MAX_STRING_BYTES
from tracking.schemas.kinds import KINDS
from tracking.trees import Rejected, count_keys, has_nul

Properties = dict[str, Any]
FIRST_MS = 10**11  # a smaller number is one of seconds
WORDS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}


@dataclass(frozen=True)
class Action:
    """`fix(properties, name, argument, dataset_id)` changes the properties; `says` completes "price: …"."""

    label: str
    says: str
    fix: Callable[[Properties, str, Any, int], None]
    clean: Callable[[Any], Any] = lambda argument: None


def _rename(given: Properties, name: str, argument: Any, dataset_id: int) -> None:
    if name in given and given.get(argument) is None:
        given[argument] = given.pop(name)


def _cast(given: Properties, name: str, argument: Any, dataset_id: int) -> None:
    value = given.get(name)
    if value is not None and type(value) not in KINDS[argument].types or argument == "datetime":
        given[name] = CASTS[argument](value)


def _default(given: Properties, name: str, argument: Any, dataset_id: int) -> None:
    if given.get(name) is None:
        given[name] = argument


def _drop(given: Properties, name: str, argument: Any, dataset_id: int) -> None:
    given.pop(name, None)


def _hash(given: Properties, name: str, argument: Any, dataset_id: int) -> None:
    if given.get(name) is not None:
        given[name] = pseudonym(dataset_id, _text(given[name]))


def _nothing(given: Properties, name: str, argument: Any, dataset_id: int) -> None:
    """Names of events are changed where they are looked up: tracking.schemas.compiled."""


def pseudonym(dataset_id: int, text: str) -> str:
    """The same for the same text within a dataset; only this installation can compute it."""
    key = hashlib.sha256(b"fixes:" + settings.SECRET_KEY.encode()).digest()
    return f"hash:{hmac.digest(key, f'{dataset_id}:{text}'.encode(), 'sha256').hex()[:32]}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else properties.text(value)


def _number(value: Any) -> Any:
    try:
        number = float(value) if isinstance(value, str) else math.nan
    except ValueError:
        return value
    if not math.isfinite(number):
        return value
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _boolean(value: Any) -> Any:
    return WORDS.get(_text(value).strip().lower(), value)


def _array(value: Any) -> Any:
    read = _json(value)
    return read if isinstance(read, list) else [value]


def _object(value: Any) -> Any:
    read = _json(value)
    return read if isinstance(read, dict) else value


def _json(value: Any) -> Any:
    """What the text says, if an event might have said it itself: the limits of the door have looked at a text alone."""
    try:
        read = msgspec.json.decode(value) if isinstance(value, str) else None
        if isinstance(read, dict | list):
            count_keys(read)
    except (msgspec.DecodeError, RecursionError, Rejected):
        return None
    return None if has_nul(read) else read


def _moment(value: Any) -> Any:
    """Seconds become milliseconds; a time without a zone is one of UTC."""
    if type(value) in (int, float) or isinstance(value, str) and value.strip().isdigit():
        number = float(value)
        return int(number * 1000) if 0 < number < FIRST_MS else int(number)
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return value
    if read is None:
        return value
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).isoformat()


CASTS: dict[str, Callable[[Any], Any]] = {
    "string": _text, "number": _number, "boolean": _boolean, "array": _array, "object": _object, "datetime": _moment,
}  # fmt: skip


def _clean_name(argument: Any) -> str:
    if not isinstance(argument, str) or not argument.strip() or len(argument.encode()) > MAX_KEY_BYTES:
        raise Problem(422, "invalid_rule", "Give the new name of the property.", field="argument")
    return argument.strip()


def _clean_event(argument: Any) -> str:
    if not isinstance(argument, str) or not argument.strip():
        raise Problem(422, "invalid_rule", "Give the name under which the event is counted.", field="argument")
    try:
        return clean_name(argument)
    except Rejected as fault:
        raise Problem(422, "invalid_rule", fault.detail, field="argument") from None


def _clean_kind(argument: Any) -> str:
    if not isinstance(argument, str) or argument not in KINDS:
        raise Problem(422, "invalid_rule", f"Choose a type: {', '.join(KINDS)}.", field="argument")
    return argument


def _clean_value(argument: Any) -> Any:
    if argument in (None, "") or len(msgspec.json.encode(argument)) > MAX_STRING_BYTES:
        raise Problem(422, "invalid_rule", "Give the value that is filled in where there is none.", field="argument")
    return argument


ACTIONS: dict[str, Action] = {
    "rename": Action("Rename", "is called by another name", _rename, _clean_name),
    "cast": Action("Convert", "becomes another type", _cast, _clean_kind),
    "default": Action("Fill in", "has a value where there was none", _default, _clean_value),
    "drop": Action("Drop", "is left out", _drop),
    "hash": Action("Hash", "becomes a number that tells nothing", _hash),
    "rename_event": Action("Rename the event", "is counted under another name", _nothing, _clean_event),
}
