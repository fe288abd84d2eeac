"""What a rule watches: the question of a trend, without breakdown and period.

    visitors                                             a metric
    events;is,event,signup                               with conditions
    saved,3f6c…                                          a saved metric
    s=completions;is,goal,signup&s=visitors&formula=A/B*100      several and a formula over them

The same texts stand in the URL of a trend. As JSON, and in the database, it is
{"series": [{"metric": "events", "filters": […]}], "formula": ""}.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from analytics.query.condition_json import kept
from analytics.query.model import QueryError
from analytics.query.saved import Saved
from analytics.query.words import known
from analytics.reports.trends import Custom, Series, Trend
from analytics.reports.trends.answer import parts
from analytics.reports.trends.read import from_json, from_params

LONGEST = 4000
INSTEAD = {  # what is told of single rows, of which a rule watches none
    "exit_rate": "exit_rate is told of single pages. Watch exits, or another metric.",
    "group_conversion_rate": "group_conversion_rate is told of single groups. Watch conversion_rate instead.",
}
EXAMPLE = 'Write a metric such as "visitors", or one with conditions such as "events;is,event,signup".'


def read(given: Any, saved: Saved) -> Trend:
    """QueryError says what to write instead."""
    if isinstance(given, Mapping):
        for name in given:
            known("field", str(name), ("series", "formula"), "metric_query")
        return _checked(from_json(given, saved))
    if not isinstance(given, str) or not given.strip() or len(given) > LONGEST:
        raise QueryError(EXAMPLE, "metric_query")
    text = given.strip()
    if not text.startswith(("s=", "formula=")):
        return _checked(from_params(_one(text), saved))
    try:
        return _checked(_of_address(text, saved))
    except QueryError as refused:
        if refused.field == "formula" and "+" in text:  # in an address it is a blank; who types A+B means a sum
            return _checked(_of_address(text.replace("+", "%2B"), saved))
        raise


def text(asked: Trend) -> str:
    """As it is read, in one way only."""
    if len(asked.series) == 1 and not asked.formula:
        return asked.series[0].text
    pairs = [("s", each.text) for each in asked.series]
    return urlencode([*pairs, ("formula", asked.formula_text)], safe="/,:;()*|")


def stored(asked: Trend) -> dict[str, Any]:
    return {"series": [_series(each) for each in asked.series], "formula": asked.formula_text}


def _of_address(text: str, saved: Saved) -> Trend:
    params = QueryDict(text)
    for name in params:
        known("parameter", name, ("s", "formula"), "metric_query")
    return from_params(params, saved)


def _one(text: str) -> QueryDict:
    params = QueryDict(mutable=True)
    params.setlist("s", [text])
    return params


def _checked(asked: Trend) -> Trend:
    """One number must come of it, and the engine must be able to tell it."""
    if len(asked.series) > 1 and not asked.formula:
        raise QueryError("Several series need a formula that makes one number of them, such as A / B * 100.", "formula")
    for series in (each for measure in asked.series for each in parts(measure)):
        if series.metric in INSTEAD:
            raise QueryError(INSTEAD[series.metric], "metric_query")
    return asked


def _series(given: Series | Custom) -> dict[str, Any]:
    if isinstance(given, Custom):
        return {"saved": given.uid}
    return {"metric": given.metric, "filters": kept(given.conditions)}
