"""Conditions as JSON: in the API's questions, and as segments and cohorts are stored.

["is", "page", ["/docs", "/blog"]]          ["and", […]]   ["or", […]]   ["not", …]
["did", {"filters": […], "times": 2, "days": 30}]      ["segment", "<id>"]   ["cohort", "<id>"]
"""

import json
from collections.abc import Iterable
from typing import Any

from analytics.query import filter_text
from analytics.query.catalogue import OPERATORS
from analytics.query.condition_limits import MAX_DEPTH, checked_days, checked_times, checked_tree, not_empty
from analytics.query.model import AllOf, AnyOf, Cohort, Condition, Did, Filter, Not, QueryError, Segment
from analytics.query.saved import NOTHING_SAVED, Saved
from analytics.query.words import known

WORDS = ("and", "or", "not", "did", "segment", "cohort")
SHAPE = 'A filter is operator, dimension and a list of values: ["is", "page", ["/docs"]].'
GROUPS = 'Join filters with ["or", [filter, filter]], ["and", [filter, filter]] or ["not", filter].'
DID = 'Write ["did", {"filters": [["is", "goal", ["signup"]]], "times": 1, "days": 30}]; all three may be left out.'


def from_list(given: Any, saved: Saved = NOTHING_SAVED, field: str = "filters") -> tuple[Condition, ...]:
    """A list of conditions, all of which hold."""
    if not isinstance(given, list):
        raise QueryError(f'{field} is a list, such as "{field}": [].', field)
    return tuple(dict.fromkeys(checked_tree(tuple(from_json(each, saved) for each in given))))


def from_json(given: Any, saved: Saved = NOTHING_SAVED, depth: int = 0) -> Condition:
    if not isinstance(given, list) or not given or depth > MAX_DEPTH:
        raise QueryError(SHAPE, "filters")
    word, *rest = given
    if word in ("and", "or") and len(rest) == 1 and isinstance(rest[0], list):
        conditions = tuple(from_json(each, saved, depth + 1) for each in rest[0])
        return (AllOf if word == "and" else AnyOf)(not_empty(word, conditions))
    if word == "not" and len(rest) == 1:
        return Not(from_json(rest[0], saved, depth + 1))
    if word == "did" and len(rest) == 1 and isinstance(rest[0], dict):
        return _did(rest[0], saved, depth)
    if word in ("segment", "cohort") and len(rest) == 1:
        return saved.segment(str(rest[0])) if word == "segment" else saved.cohort(str(rest[0]))
    return _filter(given)


def to_json(given: Condition) -> list[Any]:
    match given:
        case Filter(dimension, operator, values):
            return [operator, dimension, list(values)]
        case AllOf(conditions):
            return ["and", [to_json(each) for each in conditions]]
        case AnyOf(conditions):
            return ["or", [to_json(each) for each in conditions]]
        case Not(condition):
            return ["not", to_json(condition)]
        case Did(conditions, times, days):
            return ["did", {"filters": [to_json(each) for each in conditions], "times": times, "days": days}]
        case Segment(uid):
            return ["segment", uid]
        case Cohort(uid):
            return ["cohort", uid]


def kept(given: Iterable[Condition], field: str = "filters") -> list[Any]:
    """A list of conditions as it is kept. QueryError for the one character that PostgreSQL does not keep."""
    found = [to_json(each) for each in given]
    if "\\u0000" in json.dumps(found):
        raise QueryError("A filter has no NUL character.", field)
    return found


def _did(given: dict[str, Any], saved: Saved, depth: int) -> Did:
    for name in given:
        known("field", str(name), ("filters", "times", "days"), "filters")
    filters = given.get("filters")
    if filters is not None and not isinstance(filters, list):
        raise QueryError(DID, "filters")
    days = given.get("days")
    return Did(
        tuple(from_json(each, saved, depth + 1) for each in filters or []),
        checked_times(given.get("times", 1)),
        checked_days(days) if days is not None else None,
    )


def _filter(given: list[Any]) -> Filter:
    word = str(given[0])
    if word in ("and", "or", "not"):
        raise QueryError(GROUPS, "filters")
    if word == "did":
        raise QueryError(DID, "filters")
    if len(given) != 3 or not isinstance(given[2], list):
        raise QueryError(SHAPE, "filters")
    known("operator", word, (*OPERATORS, *WORDS), "filters")
    return filter_text.checked(word, str(given[1]), tuple(str(value) for value in given[2]))
