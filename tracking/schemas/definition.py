"""What people write as a schema, checked and brought into its shortest form.

    {"purchase": {"total": "number",
                  "plan": {"type": "string", "required": true, "enum": ["free", "pro"], "description": "…"}}}

Properties are optional unless `required` is true. The short form is what `cleaned` gives for a property of which only
the type is said, so that a schema comes back as it was sent.
"""

import json
import unicodedata
from typing import Any

from config.lib.problems import Problem
from tracking.event_names import clean_name
from tracking.events import MAX_KEY_BYTES, MAX_STRING_BYTES
from tracking.schemas.kinds import FORMATS, KINDS, called, is_plain
from tracking.trees import Rejected

Definition = dict[str, dict[str, Any]]  # event → property → type, or what is said of it
MAX_EVENTS, MAX_PROPERTIES, MAX_ENUM, MAX_BYTES = 200, 100, 100, 256 * 1024
MAX_DESCRIPTION = 500
SAID = ("type", "required", "enum", "format", "description")
SCALARS = ("string", "number", "boolean")


def cleaned(written: Any) -> Definition:
    """Raises Problem 422 with a JSON pointer to what is wrong."""
    if not isinstance(written, dict) or not written:
        raise _fault('Name at least one event: {"purchase": {"total": "number"}}.')
    if not is_plain(written):
        raise _fault("Leave out infinite numbers, numbers beyond 64 bits, and characters that no text can hold.")
    if len(json.dumps(written)) > MAX_BYTES:
        raise _fault(f"A schema may have {MAX_BYTES // 1024} KB. Split it into several.")
    if len(written) > MAX_EVENTS:
        raise _fault(f"A schema may have {MAX_EVENTS} events. Split it into several.")
    # As the door reads the names of events. It leaves those of properties alone.
    events = {_event_name(name): _event(name, said) for name, said in written.items()}
    if len(events) < len(written):
        raise _fault("Two events have the same name.")
    return events


def _event_name(written: str) -> str:
    try:
        return clean_name(written)
    except Rejected as fault:
        raise _fault(fault.detail) from None


def spelled_out(said: Any) -> dict[str, Any]:
    """What is said of a property, whichever way it was written."""
    return {"type": said} if isinstance(said, str) else said


def _event(event: str, said: Any) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise _fault('Give the properties as an object: {"total": "number"}.', event)
    if len(said) > MAX_PROPERTIES:
        raise _fault(f"An event may have {MAX_PROPERTIES} properties.", event)
    return {_named(name, event): _property((event, name), said[name]) for name in said}


def _property(where: tuple[str, str], written: Any) -> str | dict[str, Any]:
    said = spelled_out(written)
    if not isinstance(said, dict) or not isinstance(said.get("type"), str) or said["type"] not in KINDS:
        raise _fault(f"Give a type: {', '.join(KINDS)}.", *where)
    if unknown := said.keys() - SAID:
        raise _fault(f"There is no “{str(min(unknown))[:50]}”. Known are {', '.join(SAID)}.", *where)
    kept: dict[str, Any] = {"type": said["type"]}
    if _boolean(said, where):
        kept["required"] = True
    for name, clean in (("enum", _enum), ("format", _format), ("description", _description)):
        if said.get(name) not in (None, ""):
            kept[name] = clean(said, where)
    return kept if len(kept) > 1 else str(kept["type"])


def _boolean(said: dict[str, Any], where: tuple[str, str]) -> bool:
    required = said.get("required", False)
    if not isinstance(required, bool):
        raise _fault("Write true or false.", *where, "required")
    return required


def _enum(said: dict[str, Any], where: tuple[str, str]) -> list[Any]:
    values, kind = said["enum"], said["type"]
    if kind not in SCALARS:
        raise _fault("Only strings, numbers and booleans can be listed.", *where, "enum")
    if not isinstance(values, list) or not 1 <= len(values) <= MAX_ENUM:
        raise _fault(f"List 1 to {MAX_ENUM} values.", *where, "enum")
    for value in values:
        if type(value) not in KINDS[kind].types:
            raise _fault(f"Every value has to be {KINDS[kind].article}; one is {called(value)}.", *where, "enum")
        if isinstance(value, str) and len(value.encode()) > MAX_STRING_BYTES:
            raise _fault(f"No text of an event is longer than {MAX_STRING_BYTES} bytes; one here is.", *where, "enum")
    return values


def _format(said: dict[str, Any], where: tuple[str, str]) -> str:
    fitting = [name for name, each in FORMATS.items() if each.kind == said["type"]]
    if said["format"] not in fitting:
        known = f"Formats of {said['type']}: {', '.join(fitting)}." if fitting else f"A {said['type']} has no formats."
        raise _fault(known, *where, "format")
    return str(said["format"])


def _description(said: dict[str, Any], where: tuple[str, str]) -> str:
    text = said["description"]
    if not isinstance(text, str) or len(text) > MAX_DESCRIPTION:
        raise _fault(f"Write a text of at most {MAX_DESCRIPTION} characters.", *where, "description")
    return text.replace("\0", "")


def _named(written: str, *where: str) -> str:
    if not written.strip() or any(unicodedata.category(character) in ("Cc", "Cs") for character in written):
        raise _fault("A name has visible characters and no control characters.", *where)
    if len(written.encode()) > MAX_KEY_BYTES:
        raise _fault(f"A name may have {MAX_KEY_BYTES} bytes.", *where)
    return written


def _fault(detail: str, *where: str) -> Problem:
    pointer = "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in ("properties", *where))
    return Problem(422, "invalid_schema", detail, pointer=pointer)
