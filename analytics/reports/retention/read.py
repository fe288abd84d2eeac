"""Retention from the parameters of a page or from the API's JSON. QueryError says what to write instead."""

import re
from collections.abc import Mapping
from typing import Any, cast

from django.http import QueryDict

from analytics.query.given import list_of, number_of, text_of
from analytics.query.model import QueryError
from analytics.query.saved import Saved
from analytics.query.words import known
from analytics.reports.retention.model import (
    CAME,
    CLOCKS,
    MAX_BRACKETS,
    MAX_COLUMNS,
    UNITS,
    USUAL_COLUMNS,
    WHO,
    Retention,
)
from analytics.reports.steps import ANYTHING, Step, step_of_text, step_or_any

FIELDS = ("begin", "back", "who", "unit", "clock", "came", "columns", "brackets")
BRACKET = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?")


def from_params(params: QueryDict, saved: Saved) -> Retention:
    texts = (params.get("begin"), params.get("back"))
    begin, back = (step_of_text(text, saved) if text else ANYTHING for text in texts)
    return retention(begin, back, {name: params.get(name, "") for name in FIELDS[2:]})


def from_json(data: Mapping[str, Any], saved: Saved) -> Retention:
    """{"begin": {"event": "signup"}, "back": {"event": "login"}, "unit": "week", "brackets": ["1-3"]}"""
    begin, back = (step_or_any(data, name, saved) for name in ("begin", "back"))
    words = {name: text_of(data, name) for name in ("who", "unit", "clock", "came")}
    return retention(begin, back, words | {"columns": number_of(data, "columns"), "brackets": _written(data)})


def retention(begin: Step, back: Step, words: Mapping[str, str]) -> Retention:
    usual = Retention()
    return Retention(
        begin=begin,
        back=back,
        who=cast(Any, known("kind of beginning", words["who"] or usual.who, WHO, "who")),
        unit=cast(Any, known("unit", words["unit"] or usual.unit, UNITS, "unit")),
        clock=cast(Any, known("clock", words["clock"] or usual.clock, CLOCKS, "clock")),
        came=cast(Any, known("criterion", words["came"] or usual.came, CAME, "came")),
        columns=_columns(words["columns"]),
        brackets=_brackets(words["brackets"]),
    )


def _written(data: Mapping[str, Any]) -> str:
    """The brackets as an address has them, of a list or of that text."""
    if isinstance(data.get("brackets"), str):
        return text_of(data, "brackets")
    return ",".join(map(str, list_of(data, "brackets")))


def _columns(text: str) -> int:
    if not text:
        return USUAL_COLUMNS
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= MAX_COLUMNS):
        raise QueryError(f"columns is a whole number from 1 to {MAX_COLUMNS}.", "columns")
    return int(text)


def _brackets(text: str) -> tuple[tuple[int, int], ...]:
    pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
    found = [BRACKET.fullmatch(piece) for piece in pieces]
    spans = [(int(each[1]), int(each[2] or each[1])) for each in found if each]
    if len(spans) < len(pieces) or len(spans) > MAX_BRACKETS or any(not 1 <= a <= b <= MAX_COLUMNS for a, b in spans):
        raise QueryError(
            f"Brackets are spans such as 1-3,4-7,8-14; at most {MAX_BRACKETS}, up to {MAX_COLUMNS}.", "brackets"
        )
    return tuple(spans)
