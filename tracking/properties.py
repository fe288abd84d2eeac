"""An event's properties: some have a column of their own, the others become text by name."""

import math
from typing import Any

import msgspec

from tracking.events import STORED_TITLE_CHARS, STORED_URL_CHARS, STORED_VALUE_CHARS, EventType
from tracking.steps import privacy
from tracking.steps.privacy import NEVER_STORED

LONGEST_ENGAGED_MS = 86_400_000
LARGEST_AMOUNT = 1e15  # up to it a float has tenths
# What a property stands in for when the event itself leaves the field out: name -> longest stored.
FIELDS = {
    "url": STORED_URL_CHARS,
    "referrer": STORED_URL_CHARS,
    "title": STORED_TITLE_CHARS,
    "screen": 50,
    "language": 50,
}
ENGAGED: dict[str, str] = {EventType.PAGE_EXIT: "time_on_page"}
SCROLLED: dict[str, str] = {EventType.PAGE_EXIT: "final_scroll_depth", EventType.SCROLL: "scroll_depth"}
WORTH: dict[str, tuple[str, str]] = {EventType.GOAL: ("value", "revenue"), EventType.CUSTOM: ("value", "revenue")}


def text(value: Any) -> str:
    """A scalar as it is stored: true, 3, 2.5. Lists stay JSON."""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value) if isinstance(value, int) else msgspec.json.encode(value).decode()


def flatten(properties: dict[str, Any], keeps_personal_data: bool, prefix: str = "") -> dict[str, str]:
    """Names to text; what lies inside an object is named with dots. Nothing is kept of null.

    Of lists, which become one text, what may not be kept is taken out here: later nobody sees the names in them.
    """
    flat: dict[str, str] = {}
    for name, value in properties.items():
        if name in NEVER_STORED:
            continue
        if type(value) is str:
            flat[prefix + name] = value[:STORED_VALUE_CHARS]
        elif type(value) is dict:
            flat |= flatten(value, keeps_personal_data, f"{prefix}{name}.")
        elif type(value) is list:
            kept = privacy.kept_value(value, keeps_personal_data, f"{prefix}{name}.")
            flat[prefix + name] = text(kept)[:STORED_VALUE_CHARS]
        elif value is not None:
            flat[prefix + name] = text(value)[:STORED_VALUE_CHARS]
    return flat


def traits(given: dict[str, Any], keeps_personal_data: bool) -> dict[str, str]:
    """The same for what is said of a person, where null means: no longer so."""
    removed = {name: "" for name, value in given.items() if value is None and name not in NEVER_STORED}
    return flatten(given, keeps_personal_data) | removed


def take_text(properties: dict[str, Any], name: str) -> str:
    """Removes and returns a text property; one of another type stays where it is."""
    return properties.pop(name) if name in properties and type(properties[name]) is str else ""


def take_number(
    properties: dict[str, Any], name: str | None, least: float = -math.inf, most: float = math.inf
) -> float:
    """Removes and returns a number, brought within bounds; 0 when it is not there or not a number."""
    value = properties.get(name) if name else None
    if type(value) is not int and type(value) is not float:  # True is an int, but no amount
        return 0.0
    del properties[name]  # type: ignore[arg-type]
    return float(min(max(value, least), most))


def take_amount(properties: dict[str, Any], name: str) -> float:
    """The same of money. What no sum could hold (1e308 twice is infinite, NaN spoils it) stays an ordinary property."""
    value = properties.get(name)
    return 0.0 if isinstance(value, int | float) and not abs(value) <= LARGEST_AMOUNT else take_number(properties, name)


def take_currency(properties: dict[str, Any]) -> str:
    """Removes and returns an ISO 4217 code in capitals; anything else stays an ordinary property."""
    code = properties.get("currency")
    if type(code) is str and len(code) == 3 and code.isascii() and code.isalpha():
        del properties["currency"]
        return code.upper()
    return ""
