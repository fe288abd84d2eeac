"""What a rule would have said lately: its number now, over the windows before, and when it would have fired."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.alerts import words
from analytics.alerts.decide import State, decide
from analytics.alerts.evaluation import condition_of
from analytics.alerts.measure import Gauge
from analytics.models import AlertRule
from analytics.views import spans

SHORT, LONG = 24, 12  # how many windows are shown, of up to a day and of longer ones
A_DAY = 24 * 60
LEVELS = ("above", "below", "equals")  # conditions on the number itself: a line can be drawn


@dataclass(frozen=True)
class Row:
    title: str
    value: str
    is_beyond: bool


@dataclass(frozen=True)
class Preview:
    value: str
    says: str  # what the present number is held against, or why there is none
    why: str  # there is no value
    is_complete: bool
    fires: bool
    times: int | None  # it would have fired in these windows; None where that is not worked out
    over: str  # "the last 24 hours"
    data: dict[str, Any]
    rows: list[Row]


def preview(rule: AlertRule, now: datetime, is_complete: bool = True) -> Preview:
    """`is_complete`: there is something to compare with. QueryError, and the errors of the store."""
    gauge = Gauge(rule, now)
    reading, unit = gauge.read(now), gauge.asked.unit
    moments = _moments(rule, now)
    values = gauge.values(moments)
    beyond = [is_complete and _is_beyond(rule, value) for value in values]
    titles = [spans.long(each, "minute") for each in moments]  # when the window ended
    return Preview(
        value=words.number(unit, reading.value),
        says=reading.why or words.base(rule, unit, reading),
        why=reading.why,
        is_complete=is_complete,
        fires=is_complete and reading.judged is not None and condition_of(rule).is_beyond(reading.judged),
        times=_times(rule, moments, values) if is_complete and rule.condition in (*LEVELS, "absence") else None,
        over=f"the last {words.length(rule.window_minutes * len(moments))}",
        data=_data(rule, gauge, moments, values, is_complete),
        rows=[
            Row(title, words.number(unit, value), is_beyond)
            for title, value, is_beyond in zip(titles, values, beyond, strict=True)
        ],
    )


def _moments(rule: AlertRule, now: datetime) -> list[datetime]:
    count = SHORT if rule.window_minutes <= A_DAY else LONG
    here = now.astimezone(ZoneInfo(rule.workspace.timezone))
    return [here - timedelta(minutes=rule.window_minutes) * back for back in reversed(range(count))]


def _is_beyond(rule: AlertRule, value: float | None) -> bool:
    if rule.condition == "absence":
        return not value
    return rule.condition in LEVELS and value is not None and condition_of(rule).is_beyond(value)


def _times(rule: AlertRule, moments: list[datetime], values: list[float | None]) -> int:
    """Crossings, not windows: what stays beyond fires once."""
    state, found = State(), 0
    for moment, value in zip(moments, values, strict=True):
        judged = (value or 0) if rule.condition == "absence" else value
        before, state = state, decide(state, judged, condition_of(rule), moment)
        found += state.is_open and not before.is_open
    return found


def _label(window_minutes: int, count: int) -> Callable[[datetime], str]:
    """For the axis: the clock, with the weekday where it goes round more than once."""
    if window_minutes >= A_DAY:
        return spans.day
    return lambda moment: f"{moment:%H:%M}" if window_minutes * count <= A_DAY else f"{moment:%a %H:%M}"


def _data(
    rule: AlertRule, gauge: Gauge, moments: list[datetime], values: list[float | None], is_complete: bool
) -> dict[str, Any]:
    drawn: list[tuple[str, list[float | None], str]] = [(words.measure(gauge.asked), values, "1")]
    if is_complete and rule.condition in LEVELS:
        drawn.append(("Threshold", [rule.threshold for _ in values], "6"))
    label = _label(rule.window_minutes, len(moments))
    return {
        "unit": gauge.asked.unit,
        "kind": "line",
        "labels": [label(each) for each in moments],
        "titles": [spans.long(each, "minute") for each in moments],
        "partial": None,
        "lines": [{"label": label, "values": each, "before": None, "colour": colour} for label, each, colour in drawn],
    }
