"""A funnel from the parameters of a page or from the API's JSON. QueryError says what to write instead."""

import re
from collections.abc import Mapping
from typing import Any, cast

from django.http import QueryDict

from analytics.query.given import number_of, text_of
from analytics.query.model import QueryError
from analytics.query.saved import Saved
from analytics.query.words import known, known_dimension
from analytics.reports.funnel.model import (
    DEFAULT_WINDOW,
    DROPS,
    MAX_STEPS,
    MAX_WINDOW_DAYS,
    MAX_WITHOUT,
    MIN_STEPS,
    ORDERS,
    SECONDS,
    UNITS,
    Funnel,
)
from analytics.reports.steps import Step, step_of_json, step_of_text

FIELDS = ("steps", "order", "window", "per", "without", "drops", "by", "attribution")
WINDOW = re.compile(r"([1-9]\d{0,4})([mhd])")


def from_params(params: QueryDict, saved: Saved) -> Funnel:
    steps = tuple(step_of_text(text, saved) for text in params.getlist("step") if text)
    without = tuple(step_of_text(text, saved) for text in params.getlist("without") if text)
    return funnel(steps, without, {name: params.get(name, "") for name in FIELDS[1:]})


def check_named(params: QueryDict) -> None:
    """QueryError for `steps`, as JSON has them: passed over, the answer would be about the example, which has none."""
    if "steps" in params:
        raise QueryError("Name each step: step=is,event,page_view&step=is,event,signup.", "step")


def from_json(data: Mapping[str, Any], saved: Saved) -> Funnel:
    """{"steps": [{"event": "signup"}, {"goal": "purchase"}], "window": "14d", "order": "ordered", "by": "country"}"""
    steps, without = (_list(data, name, saved) for name in ("steps", "without"))
    if not steps:
        raise QueryError('Name the steps: "steps": [{"event": "signup"}, {"goal": "purchase"}].', "steps")
    words = {name: text_of(data, name) for name in ("order", "window", "per", "drops", "by")}
    return funnel(steps, without, words | {"attribution": number_of(data, "attribution")})


def funnel(steps: tuple[Step, ...], without: tuple[Step, ...], words: Mapping[str, str]) -> Funnel:
    steps = steps or Funnel().steps
    if not MIN_STEPS <= len(steps) <= MAX_STEPS:
        raise QueryError(f"A funnel has {MIN_STEPS} to {MAX_STEPS} steps.", "steps")
    if len(without) > MAX_WITHOUT:
        raise QueryError(f"At most {MAX_WITHOUT} kinds of events can be excluded.", "without")
    return Funnel(
        steps=steps,
        order=cast(Any, known("order", words["order"] or "ordered", ORDERS, "order")),
        window=_window(words["window"] or DEFAULT_WINDOW),
        per=cast(Any, known("unit", words["per"] or "person", UNITS, "per")),
        without=without,
        drops=cast(Any, known("effect", words["drops"] or "attempt", DROPS, "drops")),
        by=known_dimension(words["by"], "by") if words["by"] else "",
        attribution=_attribution(words["attribution"] or "first", len(steps)),
    )


def _list(data: Mapping[str, Any], name: str, saved: Saved) -> tuple[Step, ...]:
    given = data.get(name)
    if given is not None and not isinstance(given, list):
        raise QueryError(f'{name} is a list: "{name}": [{{"event": "signup"}}].', name)
    return tuple(step_of_json(each, saved, name) for each in given or [])


def _window(text: str) -> str:
    found = WINDOW.fullmatch(text)
    if not found or int(found[1]) * SECONDS[found[2]] > MAX_WINDOW_DAYS * 86_400:
        raise QueryError(f"{text!r} is no window. Write 30m, 12h or 14d; at most {MAX_WINDOW_DAYS}d.", "window")
    return text


def _attribution(text: str, steps: int) -> str:
    places = [str(place) for place in range(1, steps + 1)]
    return known("attribution", text, ("first", "last", *places), "attribution")
