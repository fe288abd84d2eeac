"""Where the number of a crossing came from: the message carries it, so that nobody must look it up first."""

from datetime import datetime

from analytics.alerts.measure import Gauge
from analytics.query import run_many
from analytics.query.model import QueryError, Result
from analytics.reports.trends import Series
from analytics.templatetags import numbers
from analytics.views.said import shown_value
from tracking.store import QueryTimeout, QueryTooLarge

MOST = 3
LONGEST = 60  # characters of a page or source: anybody may have sent them
BY = (("page", "on"), ("source", "from"))


def contributors(gauge: Gauge, moment: datetime) -> str:
    """ "Most on /pricing (12), /docs (5); most from Google (9)." Empty where it cannot be told apart, or costs too
    much: the crossing is told all the same.

    StoreUnavailable.
    """
    measure = gauge.asked.series[0]
    if len(gauge.asked.series) > 1 or not isinstance(measure, Series) or measure.unit != "count":
        return ""
    try:
        found = run_many([gauge.query(measure, moment, (name,), MOST) for name, _ in BY], gauge.now)
    except (QueryError, QueryTimeout, QueryTooLarge):  # QueryError: a metric that pages or sources do not divide
        return ""
    parts = [_largest(result, *by) for by, result in zip(BY, found, strict=True)]
    said = "; ".join(part for part in parts if part)
    return f" {said[0].upper()}{said[1:]}." if said else ""


def _largest(result: Result, name: str, word: str) -> str:
    metric = result.query.metrics[0]
    rows = [(shown_value(name, row.keys[0])[:LONGEST], row.values[metric]) for row in result.rows]
    named = [f"{key} ({numbers.exact(value)})" for key, value in rows if value]
    return f"most {word} {', '.join(named)}" if named else ""
