"""What a widget waits for, where nothing of it happened: the events it asks about, by name."""

from collections.abc import Iterable

from analytics.query.catalogue import PROPERTY
from analytics.query.model import Condition
from analytics.query.trees import filters_in

NOTHING = "Nothing of this in the period. Its events may have other names here: then change the widget."


def said(conditions: Iterable[Condition], by: str = "") -> str:
    """Of alternatives the first: the others are names that other tools give it."""
    asked = [each for each in filters_in(conditions) if each.dimension in ("event", "goal") and each.operator == "is"]
    names = list(dict.fromkeys(each.values[0] for each in asked))
    key = by.removeprefix(PROPERTY) if by.startswith(PROPERTY) else ""
    if not names and not key:
        return NOTHING
    event = f"the event {names[0]}" if names else "events"
    also = f" with the property {key}" if key else ""
    return f"Nothing of this in the period. Send {event}{also}, or change the widget if yours has another name."
