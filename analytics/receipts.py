"""The receipt of a number: what it means, what was read for it, what was left out, and one visit that was counted.

Everything here is asked of the engine at the moment somebody wants to know; nothing is kept.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import QueryDict

from analytics.query import run
from analytics.query.catalogue import METRICS, VERSION, Metric
from analytics.query.model import Filter, Query, QueryError, Result
from analytics.query.recording import recorded
from analytics.query.size import ESTIMATE_PERCENT
from analytics.query.words import known_dimension
from analytics.reports.evidence import Excluded, Visit, excluded, one_visit


@dataclass(frozen=True)
class Run:
    """One statement as it was sent, and the values beside it."""

    sql: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Receipt:
    metric: Metric
    version: str
    query: Query
    value: float | None
    result: Result
    bound_percent: float | None  # of an estimate; None: counted exactly
    excluded: Excluded
    runs: list[Run]
    example: Visit | None
    why: str  # what the example adds to the number


def receipt(query: Query, now: datetime) -> Receipt:
    """Of the first metric of `query`: over its whole period, or of its one group, a row of a breakdown.

    QueryError; the errors of the store.
    """
    alone = _alone(query)
    with recorded() as ran:
        result = run(query, now)
    name = query.metrics[0]
    example = one_visit(alone, now)
    return Receipt(
        metric=METRICS[name],
        version=VERSION,
        query=alone,
        value=_value(result, name, alone),
        result=result,
        bound_percent=None if result.exact else ESTIMATE_PERCENT,
        excluded=excluded(alone, now),
        runs=[Run(each.sql, each.parameters) for each in ran],
        example=example,
        why=why(name, example) if example else "No visit of the period fits.",
    )


def of_params(query: Query, params: QueryDict) -> Query:
    """?by=country&value=DE: of that row. QueryError."""
    if "by" in params:
        return of_row(query, known_dimension(str(params["by"])), params.get("value", ""))
    if query.metrics[0] == "exit_rate":
        raise QueryError("exit_rate is told of pages one by one: add by=page and the page as value.", "metric")
    if query.metrics[0] == "group_conversion_rate":
        raise QueryError(
            "group_conversion_rate is told of groups one by one: add by=country, say, and the country as value.",
            "metric",
        )
    return query


def of_row(query: Query, dimension: str, value: str) -> Query:
    """The question for the number in the row `value` of a breakdown by `dimension`, alone."""
    return replace(query, dimensions=(dimension,), groups=(value,))


def _alone(query: Query) -> Query:
    """The row's own condition in place of the breakdown: what its visits fit."""
    if not query.groups:
        return query
    only = Filter(query.dimensions[0], "is", query.groups)
    return replace(query, dimensions=(), groups=None, filters=(*query.filters, only))


def _value(result: Result, name: str, alone: Query) -> float | None:
    if not result.query.dimensions:
        return result.totals[name]
    row = alone.filters[-1]
    assert isinstance(row, Filter)
    return next((each.values[name] for each in result.rows if each.keys == row.values), METRICS[name].empty)


def why(name: str, visit: Visit) -> str:
    """What one visit does to a metric, in a sentence."""
    seconds = f"{visit.seconds:.0f} seconds"
    sentences = {
        "visitors": f"It adds visitor {visit.visitor_id}, once, however many visits they make.",
        "visits": "It adds one visit: all events until the visitor was quiet for the time set for the workspace.",
        "pageviews": f"It adds {visit.pageviews} page views.",
        "views_per_visit": f"It adds {visit.pageviews} page views and one visit to the division.",
        "visit_duration": f"It adds {seconds}, from its first event to its last, and one visit to the division.",
        "visit_duration_median": f"Its {seconds} take one place in the row whose middle is the median.",
        "events": f"It adds {visit.events} events.",
        "engaged_time": f"It adds {visit.engaged_ms / 1000:.0f} seconds of attention, and one visit to the division.",
        "bounce_rate": _bounce(visit),
        "exits": f"It adds one exit, on {visit.exit_page or 'no page'}.",
    }
    return sentences.get(name, f"It has {visit.events} events, of which those that fit are counted.")


def _bounce(visit: Visit) -> str:
    if not visit.pageviews:
        return "It has no page view, so it is left out of the rate."
    reasons = f"{visit.pageviews} page views, {visit.engaged_ms / 1000:.0f} seconds of attention"
    return f"It counts as a bounce: {reasons}." if visit.bounce else f"It is no bounce: {reasons}."
