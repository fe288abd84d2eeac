"""What came in becomes a question: GET parameters of a page, or the API's JSON. QueryError says what to write."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.http import QueryDict

from analytics.query import periods
from analytics.query.comparison import COMPARES, MATCHES, Compare, Match, compared
from analytics.query.condition_json import from_list
from analytics.query.condition_limits import checked_tree
from analytics.query.condition_text import from_text
from analytics.query.deleted import told
from analytics.query.extent import first_moment
from analytics.query.given import flag_of, list_of, text_of
from analytics.query.lookup import SavedOf
from analytics.query.model import Condition, Interval, Period, Query, QueryError
from analytics.query.page import DEFAULTS, PageQuery
from analytics.query.profiles import OURS, PROFILES
from analytics.query.words import known, known_dimension, known_metric
from workspaces.models import ENVIRONMENTS, Environment, Workspace

MAX_DAYS = 3660
MAX_ROWS = 1000
INTERVALS = ("minute", "hour", "day", "week", "month")
FIELDS = (
    "metrics", "dimensions", "period", "filters", "segment", "cohort", "interval", "compare", "match", "order_by",
    "limit", "offset", "cursor", "bots", "profile",
)  # fmt: skip
AROUND = ("period", "filters", "segment", "cohort", "interval", "compare", "match", "bots")


def from_params(params: QueryDict, workspace: Workspace, now: datetime) -> PageQuery:
    """The state of a page. An interval that does not suit the period gives way to the usual one."""
    dates = {"period": "custom"} if "from" in params else {}
    values = DEFAULTS | dates | {name: str(value) for name, value in params.items() if value}
    environment = cast(Environment, known("environment", values["env"], ENVIRONMENTS, "env"))
    period = _period(values, workspace, environment, now)
    mode = cast(Compare, known("comparison", values["compare"], COMPARES, "compare"))
    match = cast(Match, known("match", values["match"], MATCHES, "match"))
    chosen = _days(values, "compare_from", "compare_to") if mode == "custom" else None
    compare = _apart(period, compared(period, mode, match, now, chosen))
    period, compare = told(period, compare, workspace, environment, now)
    intervals = periods.intervals(period)
    interval = known("interval", values.get("interval", intervals[0]), INTERVALS, "interval")
    return PageQuery(
        dataset_id=workspace.dataset_id(environment),
        zone=workspace.timezone,
        now=now,
        period=period,
        compare=compare,
        compare_mode=mode,
        match=match,
        filters=conditions_of(params, workspace, now),
        interval=next((each for each in intervals if each == interval), intervals[0]),
        metric=known_metric(values["metric"]),
        environment=environment,
        bots=values.get("bots") == "1",
        profile=_profile(values.get("profile") or OURS),
    )


def check_dates(params: QueryDict) -> None:
    """QueryError for dates that from_params would pass over: one alone, or some beside a period that has a name.

    Pages let them give way, as their links carry them along; a program means what it sends.
    """
    dates = [name for name in ("from", "to") if params.get(name)]
    key = params.get("period")
    if dates and key and key != "custom" and key in periods.PRESETS:
        raise QueryError(f"Send period={key} or from and to, not both.", dates[0])
    if dates == ["to"]:
        raise QueryError("Give from beside to, such as from=2026-01-01&to=2026-01-31.", "from")


def from_json(data: Any, workspace: Workspace, now: datetime, environment: Environment = "live") -> Query:
    """The API's question:

    {"metrics": ["visitors", "bounce_rate"], "dimensions": ["country"], "period": "28d",
     "filters": [["is", "page", ["/docs", "/blog"]]],
     "interval": null, "compare": "previous", "order_by": ["visitors", "desc"], "limit": 10}

    A period of its own is {"from": "2026-01-01", "to": "2026-01-31"}, both days included; so is a comparison's.
    """
    if not isinstance(data, Mapping):
        raise QueryError('Send a JSON object, such as {"metrics": ["visitors"], "period": "28d"}.')
    for name in data:
        known("field", str(name), FIELDS, str(name))
    metrics = tuple(known_metric(word) for word in _words(data, "metrics")) or ("visitors",)
    period = _period(_flat(data, "period"), workspace, environment, now)
    dimensions = tuple(known_dimension(word) for word in _words(data, "dimensions"))
    interval = text_of(data, "interval")
    period, compare = told(period, _comparison(data, period, now), workspace, environment, now)
    return Query(
        dataset_id=workspace.dataset_id(environment),
        zone=workspace.timezone,
        period=period,
        metrics=metrics,
        dimensions=dimensions,
        filters=_conditions(data, SavedOf(workspace, now)),
        interval=cast(Interval, known("interval", interval, INTERVALS, "interval")) if interval else None,
        compare=compare,
        order_by=_order(data, [*metrics, *dimensions]),
        limit=_whole(data, "limit", 10, 1, MAX_ROWS),
        offset=_whole(data, "offset", 0, 0, 1_000_000),
        bots=flag_of(data, "bots"),
        profile=_profile(text_of(data, "profile") or OURS),
    )


def page_from_json(
    data: Any, workspace: Workspace, now: datetime, environment: Environment = "live", also: tuple[str, ...] = ()
) -> PageQuery:
    """What surrounds the question of a report, as JSON: period, filters, interval, comparison. `also` names the fields
    that the report reads itself."""
    if not isinstance(data, Mapping):
        raise QueryError('Send a JSON object, such as {"period": "28d"}.')
    for name in data:
        known("field", str(name), [*AROUND, *also], str(name))
    given = from_json({name: data[name] for name in AROUND if name in data}, workspace, now, environment)
    usual = periods.intervals(given.period)[0]
    return PageQuery(
        dataset_id=given.dataset_id,
        zone=given.zone,
        now=now,
        period=given.period,
        compare=given.compare,
        compare_mode="custom" if given.compare else "off",
        filters=tuple(given.filters),
        interval=given.interval or usual,
        environment=environment,
        bots=given.bots,
    )


def conditions_of(params: QueryDict, workspace: Workspace, now: datetime) -> tuple[Condition, ...]:
    """Those of every `f=`."""
    saved = SavedOf(workspace, now)
    return tuple(dict.fromkeys(checked_tree(tuple(from_text(text, saved) for text in params.getlist("f")))))


def _conditions(data: Mapping[str, Any], saved: SavedOf) -> tuple[Condition, ...]:
    found = from_list(list_of(data, "filters"), saved)
    segment, cohort = text_of(data, "segment"), text_of(data, "cohort")
    found += (saved.segment(segment),) if segment else ()
    return found + ((saved.cohort(cohort),) if cohort else ())


def _period(values: Mapping[str, str], workspace: Workspace, environment: Environment, now: datetime) -> Period:
    key = known("period", values["period"], periods.PRESETS, "period")
    if key == "custom":
        return periods.of_days(key, _days(values, "from", "to"), workspace.timezone)
    if key == "all":
        first = first_moment(workspace.dataset_id(environment)) or workspace.created_at
        return periods.since(first, now, workspace.timezone)
    return periods.preset(key, now, workspace.timezone)


def _days(values: Mapping[str, str], first: str, last: str) -> periods.Days:
    try:
        begin, end = (date.fromisoformat(values[name]) for name in (first, last))
    except (KeyError, ValueError):
        instead = f"Give {first} and {last} as dates, such as {first}=2026-01-01&{last}=2026-01-31."
        raise QueryError(instead, first, "A range needs two days: its start and its end.") from None
    if wrong := _wrong(begin, end):
        instead = f"{last} must not lie before {first}, nor more than {MAX_DAYS} days after it."
        raise QueryError(instead, last, wrong)
    return begin, end + timedelta(1)


def _wrong(begin: date, end: date) -> str:
    if end < begin:
        return "The end of the range lies before its start."
    if end - begin >= timedelta(MAX_DAYS):
        return f"A range has at most {MAX_DAYS} days."
    return "" if 1970 < begin.year < 2100 else "A range starts in the years 1971 to 2099."


def _apart(period: Period, compare: Period | None) -> Period | None:
    if compare and compare.start < period.end and period.start < compare.end:
        raise QueryError(
            "The comparison overlaps the period. Choose one that ends before the period starts.", "compare"
        )
    return compare


def _comparison(data: Mapping[str, Any], period: Period, now: datetime) -> Period | None:
    given = data.get("compare")
    match = cast(Match, known("match", text_of(data, "match") or "weekday", MATCHES, "match"))
    if isinstance(given, Mapping):
        return _apart(period, compared(period, "custom", match, now, _days(given, "from", "to")))
    word = text_of(data, "compare") or "off"
    mode = known("comparison", word, [each for each in COMPARES if each != "custom"], "compare")
    return compared(period, cast(Compare, mode), match, now)


def _flat(data: Mapping[str, Any], name: str) -> Mapping[str, str]:
    given = data.get(name)
    if isinstance(given, Mapping):
        return {"period": "custom"} | {str(each): str(value) for each, value in given.items()}
    return {"period": text_of(data, name) or periods.DEFAULT_PERIOD}


def _profile(given: str) -> str:
    name = known("profile", given, PROFILES, "profile")
    return "" if name == OURS else name


def _order(data: Mapping[str, Any], names: list[str]) -> tuple[str, Any] | None:
    given = data.get("order_by")
    if given is None or given == []:
        return None
    if not isinstance(given, list) or len(given) != 2 or given[0] not in names or given[1] not in ("asc", "desc"):
        instead = 'order_by is a metric or dimension that is asked for, and a direction: ["visitors", "desc"].'
        raise QueryError(instead, "order_by")
    return given[0], given[1]


def _words(data: Mapping[str, Any], name: str) -> list[str]:
    return list(dict.fromkeys(str(word) for word in list_of(data, name)))


def _whole(data: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    given = data.get(name, default)
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        raise QueryError(f"{name} is a whole number from {least} to {most}.", name)
    return given
