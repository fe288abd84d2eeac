"""What Grafana sends, read: the time range, the panel's targets, the filters above the dashboard."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from analytics.query import periods
from analytics.query.condition_text import from_text
from analytics.query.filter_text import checked
from analytics.query.lookup import SavedOf
from analytics.query.model import Condition, Interval, Period, Query, QueryError
from analytics.query.words import known, known_dimension, known_metric
from config.lib.clock import day_start
from workspaces.models import Environment, Workspace

TARGETS_AT_MOST, LIMIT_AT_MOST = 20, 1000
LONGEST = timedelta(days=3660)
SECONDS: dict[Interval, int] = {"minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_592_000}
AD_HOC = {"=": "is", "!=": "is_not", "=~": "contains", "!~": "contains_not"}
REPORT = "report:"
AS = ("series", "table", "number")


@dataclass(frozen=True)
class Board:
    """The workspace, its environment, the range on the clock, and what holds for all panels."""

    workspace: Workspace
    environment: Environment
    period: Period
    interval: Interval
    filters: tuple[Condition, ...]
    now: datetime


@dataclass(frozen=True)
class Target:
    """A metric, or a report by its name; `parameters` are the report's own, as in its address."""

    name: str
    ref: str
    shape: Literal["series", "table", "number"] = "series"
    by: str = ""
    filters: tuple[Condition, ...] = ()
    limit: int = 10
    label: str = ""
    parameters: str = ""

    @property
    def report(self) -> str:
        return self.name.removeprefix(REPORT) if self.name.startswith(REPORT) else ""


def board(data: Mapping[str, Any], workspace: Workspace, environment: Environment, now: datetime) -> Board:
    """QueryError says what to send instead."""
    period = _period(data.get("range"), workspace.timezone, now)
    width_ms = data.get("intervalMs")
    interval = _interval(period, width_ms if isinstance(width_ms, int | float) else 0)
    return Board(workspace, environment, _aligned(period, interval), interval, _ad_hoc(data), now)


def targets(data: Mapping[str, Any], saved: SavedOf) -> list[Target]:
    """Those that are not hidden."""
    given = data.get("targets")
    if not isinstance(given, list) or len(given) > TARGETS_AT_MOST:
        raise QueryError(f'Send up to {TARGETS_AT_MOST} targets: "targets": [{{"target": "visitors"}}].', "targets")
    return [_target(each, saved) for each in given if not (isinstance(each, Mapping) and each.get("hide"))]


def query(given: Board, target: Target) -> Query:
    is_series = target.shape == "series"
    return Query(
        dataset_id=given.workspace.dataset_id(given.environment),
        zone=given.workspace.timezone,
        period=given.period,
        metrics=(known_metric(target.name),),
        dimensions=(known_dimension(target.by, "by"),) if target.by and target.shape != "number" else (),
        filters=(*given.filters, *target.filters),
        interval=given.interval if is_series else None,
        limit=target.limit,
        totals=target.shape == "number",
    )


def _target(given: Any, saved: SavedOf) -> Target:
    if not isinstance(given, Mapping) or not isinstance(given.get("target"), str):
        raise QueryError('A target is an object such as {"target": "visitors", "payload": {"by": "page"}}.', "targets")
    payload = given.get("payload") or {}
    if not isinstance(payload, Mapping):
        raise QueryError('A payload is an object such as {"by": "page", "limit": 10}.', "payload")
    by, limit = str(payload.get("by") or ""), payload.get("limit", 10)
    if isinstance(limit, str):  # the editor's field
        limit = int(limit) if limit.isdecimal() and len(limit) < 5 else 10 if not limit else 0
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= LIMIT_AT_MOST:
        raise QueryError(f"limit is a whole number from 1 to {LIMIT_AT_MOST}.", "limit")
    filters = payload.get("filters") or []
    if not isinstance(filters, list):
        raise QueryError('filters is a list such as ["is,page,/docs"].', "filters")
    return Target(
        name=given["target"],
        ref=str(given.get("refId") or ""),
        shape=known("shape", str(payload.get("as") or ("table" if by else "series")), AS, "as"),  # type: ignore[arg-type]
        by=by,
        filters=tuple(from_text(str(each), saved) for each in filters),
        limit=limit,
        label=str(payload.get("label") or ""),
        parameters=str(payload.get("parameters") or ""),
    )


def _period(given: Any, zone: str, now: datetime) -> Period:
    try:
        start, end = (datetime.fromisoformat(str(given[name])) for name in ("from", "to"))
        length = end - start
    except (TypeError, KeyError, ValueError):
        raise QueryError(
            'Send a range: {"from": "2026-03-01T00:00:00Z", "to": "2026-03-08T00:00:00Z"}.', "range"
        ) from None
    if start.tzinfo is None or not timedelta(0) < length <= LONGEST or not 1970 < start.year < 2100:
        raise QueryError("The range needs a zone (…Z), begins before it ends, and spans ten years at most.", "range")
    here = ZoneInfo(zone)
    return Period("custom", start.astimezone(here), end.astimezone(here))


def _interval(period: Period, width_ms: float) -> Interval:
    """The shortest that makes sense for the range and is as long as Grafana asks for."""
    offered = sorted(periods.intervals(period), key=SECONDS.__getitem__)
    wide_enough = (each for each in offered if SECONDS[each] * 1000 >= width_ms)
    return next(wide_enough, offered[-1]) if math.isfinite(width_ms) else offered[-1]


def _aligned(period: Period, interval: Interval) -> Period:
    """From the start of a bucket to a full minute: within it the same question has its answer kept."""
    start, end = period.start.replace(second=0, microsecond=0), period.end.replace(second=0, microsecond=0)
    end += timedelta(minutes=1) if end < period.end else timedelta()
    if interval == "hour":
        start = start.replace(minute=0)
    if interval in ("day", "week", "month"):
        start = day_start(start.date(), str(start.tzinfo))
    return Period(period.key, start, end)


def _ad_hoc(data: Mapping[str, Any]) -> tuple[Condition, ...]:
    given = data.get("adhocFilters") or []
    if not isinstance(given, list):
        raise QueryError('adhocFilters is a list of {"key": …, "operator": "=", "value": …}.', "adhocFilters")
    return tuple(_condition(each) for each in given)


def _condition(given: Any) -> Condition:
    if not isinstance(given, Mapping):
        raise QueryError('A filter is an object: {"key": "country", "operator": "=", "value": "DE"}.', "adhocFilters")
    operator = known("operator", str(given.get("operator")), AD_HOC, "adhocFilters")
    return checked(AD_HOC[operator], str(given.get("key")), (str(given.get("value")),))
