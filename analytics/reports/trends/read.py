"""A trend from the parameters of a page or from the API's JSON. QueryError says what to write instead."""

from collections.abc import Mapping
from typing import Any, cast

from django.http import QueryDict

from analytics import formulas
from analytics.query.condition_json import from_list
from analytics.query.condition_text import from_text, parts
from analytics.query.given import list_of, number_of, text_of
from analytics.query.model import QueryError
from analytics.query.saved import Saved
from analytics.query.words import known, known_dimension, known_metric
from analytics.reports.trends.adding import check_adds_up
from analytics.reports.trends.custom import custom
from analytics.reports.trends.model import DEFAULT_TOP, LETTERS, MOST_TOP, SHOWS, SMOOTHS, Custom, Series, Show, Trend

FIELDS = ("series", "formula", "by", "top", "smooth")
MEASURE = 'A series is a metric and conditions: {"metric": "events", "filters": [["is", "event", ["signup"]]]}.'


def from_params(params: QueryDict, saved: Saved) -> Trend:
    series = tuple(_series(text, saved) for text in params.getlist("s") if text)
    formula = params.get("formula", "").strip()
    return trend(series, formula, params.get("by", ""), params.get("top", ""), params.get("smooth", ""),
                 params.get("show") or "line")  # fmt: skip


def from_json(data: Mapping[str, Any], saved: Saved) -> Trend:
    """{"series": [{"metric": "events", "filters": […]}, {"saved": "<id>"}], "formula": "A/B", "by": "page"}"""
    given = data.get("series")
    if given is not None and not isinstance(given, list):
        raise QueryError('series is a list, such as "series": [{"metric": "visitors"}].', "series")
    series = tuple(_measure(each, saved) for each in given or [])
    formula, by, smooth = (text_of(data, name) for name in ("formula", "by", "smooth"))
    return trend(series, formula, by, number_of(data, "top"), smooth)


def trend(
    series: tuple[Series | Custom, ...], formula: str, by: str, top: str, smooth: str, show: str = "line"
) -> Trend:
    series = series or Trend().series
    if len(series) > len(LETTERS):
        raise QueryError(f"A trend has at most {len(LETTERS)} series.", "series")
    asked = Trend(
        series=series,
        formula_text=formula,
        formula=formulas.parse(formula, LETTERS[: len(series)]) if formula else None,
        by=known_dimension(by, "by") if by else "",
        top=_top(top),
        show=cast(Show, known("kind of chart", show, SHOWS, "show")),
        smooth=known("smoothing", smooth, SMOOTHS, "smooth") if smooth else "",
    )
    check_adds_up(asked)
    return asked


def _series(text: str, saved: Saved) -> Series | Custom:
    word, _, uid = text.partition(",")
    if word == "saved":
        return custom(saved, uid)
    metric, *conditions = parts(text, text)
    return Series(known_metric(metric), tuple(from_text(each, saved) for each in conditions))


def series_of(given: Any, saved: Saved) -> tuple[Series, ...]:
    """Those of a saved metric: of the product's own metrics, one to six."""
    if not isinstance(given, list) or not 1 <= len(given) <= len(LETTERS):
        raise QueryError(f"Give 1 to {len(LETTERS)} series. {MEASURE}", "series")
    if not all(isinstance(each, Mapping) and each.get("saved") in (None, "") for each in given):
        raise QueryError(f"A saved metric is made of the product's own. {MEASURE}", "series")
    return tuple(measure(each, saved) for each in given)


def _measure(given: Any, saved: Saved) -> Series | Custom:
    if not isinstance(given, Mapping):
        raise QueryError(MEASURE, "series")
    if uid := text_of(given, "saved", "series"):
        return custom(saved, uid)
    return measure(given, saved)


def measure(given: Mapping[str, Any], saved: Saved) -> Series:
    for name in given:
        known("field", str(name), ("metric", "filters", "saved"), "series")
    return Series(known_metric(str(given.get("metric", ""))), from_list(list_of(given, "filters"), saved))


def _top(given: str) -> int:
    if not given:
        return DEFAULT_TOP
    if not (given.isascii() and given.isdecimal() and len(given) < 4 and 1 <= int(given) <= MOST_TOP):
        raise QueryError(f"top is a whole number from 1 to {MOST_TOP}.", "top")
    return int(given)
