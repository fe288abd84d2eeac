"""What a dashboard shows, as it is stored: checked, complete, and written in one way only.

{"period": "28d", "compare": "previous", "filters": [["is", "country", ["DE"]]],
 "widgets": [{"id": "visitors", "kind": "number", "title": "", "question": "s=visitors", "w": 3, "h": 2}, …]}

Widgets stand one after the other, `w` of twelve columns wide and `h` rows high; the page flows. Of a number or series
`"metric": "visitors"` may be sent instead of a question.
"""

import re
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from analytics.dashboards.kinds import KINDS, Kind, Question
from analytics.query.comparison import COMPARES
from analytics.query.condition_json import from_list, kept
from analytics.query.given import list_of, text_of
from analytics.query.model import Condition, QueryError
from analytics.query.periods import DEFAULT_PERIOD, PRESETS
from analytics.query.saved import Saved
from analytics.query.words import known

MOST_WIDGETS = 40
LONGEST_QUESTION, LONGEST_TEXT, LONGEST_TITLE = 4000, 4000, 120
COLUMNS, ROWS = 12, 12
ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
FIELDS = ("period", "compare", "filters", "widgets")
WIDGET_FIELDS = ("id", "kind", "title", "question", "metric", "text", "w", "h")
EMPTY: dict[str, Any] = {"period": DEFAULT_PERIOD, "compare": "previous", "filters": [], "widgets": []}


def checked(given: Any, saved: Saved) -> dict[str, Any]:
    """As it is stored. QueryError says what to write instead, and in which field."""
    if not isinstance(given, Mapping):
        raise QueryError(
            'config is an object, such as {"widgets": [{"kind": "number", "metric": "visitors"}]}.', "config"
        )
    for name in given:
        known("field", str(name), FIELDS, f"config.{name}")
    periods = [key for key in PRESETS if key != "custom"]
    compares = [mode for mode in COMPARES if mode != "custom"]
    period, compare = (text_of(given, name, f"config.{name}") for name in ("period", "compare"))
    return {
        "period": known("period", period or DEFAULT_PERIOD, periods, "config.period"),
        "compare": known("comparison", compare or "previous", compares, "config.compare"),
        "filters": stored_filters(list_of(given, "filters", "config.filters"), saved),
        "widgets": _widgets(list_of(given, "widgets", "config.widgets"), saved),
    }


def stored_filters(given: Any, saved: Saved) -> list[Any]:
    """Conditions as they are kept. QueryError."""
    return kept(from_list(given, saved, "config.filters"), "config.filters")


def locked(config: Mapping[str, Any], saved: Saved) -> tuple[Condition, ...]:
    """The filters that always hold. QueryError when one names a segment that is gone."""
    return from_list(config.get("filters") or [], saved)


def widget(given: Any, saved: Saved) -> dict[str, Any]:
    """One widget, as it is stored."""
    if not isinstance(given, Mapping):
        raise QueryError('A widget is an object, such as {"kind": "number", "metric": "visitors"}.', "config.widgets")
    for name in given:
        known("field", str(name), WIDGET_FIELDS, f"config.widgets.{name}")
    kind = KINDS[known("kind", str(given.get("kind") or "number"), KINDS, "config.widgets.kind")]
    return {
        "id": _id(given.get("id")),
        "kind": kind.name,
        "title": _text(given, "title", LONGEST_TITLE),
        "question": urlencode(_read(kind, given, saved).parameters, safe="/,:;()"),
        "text": _text(given, "text", LONGEST_TEXT) if kind.name == "text" else "",
        **sized(given, {"w": kind.width, "h": kind.height}),
    }


def sized(given: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, int]:
    """Width and height, as given or as usual."""
    return {"w": _whole(given, "w", usual["w"], COLUMNS), "h": _whole(given, "h", usual["h"], ROWS)}


def question(stored: Mapping[str, Any], saved: Saved) -> Question:
    """What a stored widget asks. QueryError when it names a segment, cohort or metric that is gone."""
    found: Question = KINDS[stored["kind"]].read(QueryDict(stored["question"]), saved)
    return found


def _read(kind: Kind, given: Mapping[str, Any], saved: Saved) -> Question:
    asked = given.get("question")
    if isinstance(asked, Mapping) and kind.read_json:
        return kind.read_json(asked, saved)
    if asked is not None and not isinstance(asked, str):
        raise QueryError(
            "question is the text behind ? in a report's address, or the JSON of that report's API.", "config.widgets"
        )
    text = (asked or "").removeprefix("?")
    if len(text) > LONGEST_QUESTION:
        raise QueryError(f"A question has at most {LONGEST_QUESTION} characters.", "config.widgets")
    if not text and given.get("metric"):
        text = urlencode({"s" if kind.report == "trends" else "m": str(given["metric"])})
    return kind.read(QueryDict(text), saved)


def _widgets(given: Any, saved: Saved) -> list[dict[str, Any]]:
    if not isinstance(given, list) or len(given) > MOST_WIDGETS:
        raise QueryError(f"widgets is a list of at most {MOST_WIDGETS}.", "config.widgets")
    found = [widget(each, saved) for each in given]
    if len({each["id"] for each in found}) < len(found):
        raise QueryError("Two widgets have the same id. Leave ids out to have them made.", "config.widgets.id")
    return found


def _id(given: Any) -> str:
    if given is None or given == "":
        return uuid.uuid4().hex[:12]
    if not ID.fullmatch(str(given)) or given == "new":
        raise QueryError("An id has 1 to 40 letters, digits, _ or -, and is not `new`.", "config.widgets.id")
    return str(given)


def _text(given: Mapping[str, Any], name: str, longest: int) -> str:
    text = given.get(name) or ""
    if not isinstance(text, str) or len(text) > longest or "\x00" in text:
        raise QueryError(f"{name} is a text of at most {longest} characters.", f"config.widgets.{name}")
    return text.strip()


def _whole(given: Mapping[str, Any], name: str, usual: int, most: int) -> int:
    value = given.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise QueryError(f"{name} is a whole number from 1 to {most}.", f"config.widgets.{name}")
    return value
