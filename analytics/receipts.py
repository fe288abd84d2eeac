"""The receipt of a number: what it means, what was read for it, what was left out, and one visit that was counted.

Everything here is asked of the engine at the moment somebody wants to know; nothing is kept.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.query import run, statements
from analytics.query.catalogue import METRICS, VERSION, Metric
from analytics.query.model import Query, Result
from analytics.query.size import ESTIMATE_PERCENT
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
    """Of the first metric of `query`, over its whole period. QueryError; the errors of the store."""
    result = run(query, now)
    name = query.metrics[0]
    example = one_visit(query, now)
    return Receipt(
        metric=METRICS[name],
        version=VERSION,
        query=query,
        value=result.totals[name],
        result=result,
        bound_percent=None if result.exact else ESTIMATE_PERCENT,
        excluded=excluded(query, now),
        runs=[Run(each.sql, dict(each.parameters)) for each in statements(query, now)],
        example=example,
        why=why(name, example) if example else "No visit of the period fits.",
    )


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
