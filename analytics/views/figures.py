"""A metric's value as text, in its unit; and its change, judged by whether more is better."""

from collections.abc import Callable
from dataclasses import dataclass

from analytics.query.catalogue import METRICS
from analytics.query.compare import percent_change
from analytics.query.model import Result
from analytics.templatetags import numbers

FORMATS: dict[str, Callable[[float | None], str]] = {
    "count": numbers.compact,
    "ratio": numbers.compact,
    "percent": numbers.percent,
    "seconds": numbers.duration,
    "ms": numbers.milliseconds,
}


def text(metric: str, value: float | None) -> str:
    return FORMATS[METRICS[metric].unit](value)


def exact_text(metric: str, value: float | None) -> str:
    """Nothing rounded away, for titles and tables."""
    return numbers.exact(value) if METRICS[metric].unit == "count" else text(metric, value)


@dataclass(frozen=True)
class Delta:
    text: str
    title: str
    up: bool | None  # None: unchanged
    better: bool | None  # None: neither better nor worse


def delta(result: Result, metric: str) -> Delta | None:
    """The change against the comparison period; None where there is none, or nothing to compare."""
    before = (result.totals_before or {}).get(metric)
    after = result.totals[metric]
    if before is None or after is None:
        return None
    title = f"Before: {exact_text(metric, before)}"
    changed = percent_change(metric, before, after)
    if changed is None:
        return Delta("new", title, up=True, better=METRICS[metric].higher_is_better)
    is_points = METRICS[metric].unit == "percent"
    up = None if round(changed, int(is_points)) == 0 else changed > 0
    likes_up = METRICS[metric].higher_is_better
    better = None if up is None or likes_up is None else up == likes_up
    return Delta(numbers.points(changed) if is_points else numbers.change(changed), title, up, better)
