"""Conditions as they stand in a URL, one for each `f=`; all of them hold.

    is,page,/docs|/blog                       one filter (analytics.query.filter_text)
    or(is,country,DE;contains,page,/de/)      one of these       and(…;…)   all of these      not(…)   it does not fit
    did(is,goal,signup)                       people who did that in the period
    did,3,30(is,event,export;is,page,/app)    … at least 3 times in the last 30 days
    segment,<id>   cohort,<id>                what somebody saved

Between brackets a backslash takes its meaning from ( ) and ; in a value, as it does from , | and \\ anywhere.
"""

import re
from typing import Literal

from analytics.query import filter_text
from analytics.query.condition_limits import MAX_DEPTH, checked_days, checked_times, not_empty
from analytics.query.model import AllOf, AnyOf, Cohort, Condition, Did, Filter, Not, QueryError, Segment
from analytics.query.saved import NOTHING_SAVED, Saved

GROUP = re.compile(r"(and|or|not|did)((?:,[^,(]*)*)\((.*)\)", re.S)
OPENED = re.compile(r"(and|or|not|did)[^(]*\(")
PIECE = re.compile(r"\\.|.", re.S)
SHAPE = "Write or(is,page,/docs;is,page,/blog), and(…), not(…), or did,2,30(is,goal,signup): twice in 30 days."


def to_text(given: Condition, inside: bool = False) -> str:
    match given:
        case Filter():
            flat = filter_text.to_text(given)
            return re.sub(r"([();])", r"\\\1", flat) if inside else flat
        case AllOf(conditions):
            return _group("and", conditions)
        case AnyOf(conditions):
            return _group("or", conditions)
        case Not(condition):
            return _group("not", (condition,))
        case Did(conditions, times, days):
            return _group("did" + _numbers(times, days), conditions)
        case Segment() | Cohort():
            return f"{_kind(given)},{given.uid}"


def from_text(text: str, saved: Saved = NOTHING_SAVED, depth: int = 0) -> Condition:
    """QueryError for what is no condition, and for a segment or cohort that is not there."""
    if depth > MAX_DEPTH:
        raise QueryError(f"Filters nest at most {MAX_DEPTH} deep.", "filters")
    if OPENED.match(text) and not text.endswith(")"):
        raise _unbalanced(text)
    group = GROUP.fullmatch(text)
    if group:
        word, numbers, within = group.groups()
        conditions = tuple(from_text(each, saved, depth + 1) for each in parts(within, text))
        return _grouped(word, numbers.split(",")[1:], conditions)
    word, _, uid = text.partition(",")
    if word == "segment":
        return saved.segment(uid)
    if word == "cohort":
        return saved.cohort(uid)
    return filter_text.from_text(text)


def _grouped(word: str, numbers: list[str], conditions: tuple[Condition, ...]) -> Condition:
    if word == "did" and len(numbers) <= 2:
        times, days = [*numbers, *["", ""]][:2]
        return Did(conditions, checked_times(times or "1"), checked_days(days) if days else None)
    if numbers:
        raise QueryError(f"{word},{','.join(numbers)}(…) has too many numbers. {SHAPE}", "filters")
    if word == "not":
        if len(conditions) != 1:
            raise QueryError(f"not(…) takes one condition; put several into not(or(…;…)). {SHAPE}", "filters")
        return Not(conditions[0])
    return (AllOf if word == "and" else AnyOf)(not_empty(word, conditions))


def parts(within: str, text: str) -> list[str]:
    """At each ; that stands in no inner bracket."""
    parts, level = [""], 0
    for piece in PIECE.findall(within):
        level += {"(": 1, ")": -1}.get(piece, 0)
        if level < 0:
            break
        if piece == ";" and level == 0:
            parts.append("")
        else:
            parts[-1] += piece
    if level:
        raise _unbalanced(text)
    return parts if within else []


def _unbalanced(text: str) -> QueryError:
    return QueryError(f"The brackets of {text!r} do not match. {SHAPE}", "filters")


def _group(word: str, conditions: tuple[Condition, ...]) -> str:
    return f"{word}({';'.join(to_text(each, inside=True) for each in conditions)})"


def _numbers(times: int, days: int | None) -> str:
    return f",{times},{days}" if days else f",{times}" if times > 1 else ""


def _kind(given: Segment | Cohort) -> Literal["segment", "cohort"]:
    return "segment" if isinstance(given, Segment) else "cohort"
