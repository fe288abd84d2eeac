"""Which table answers which metric.

    events      what happened: page views, events, and who did it
    sessions    one row a visit, a quarter as many: visits, bounces, durations, and who was there

A question that needs both becomes two parts. For a breakdown the first part chooses the groups; the others are asked
about those groups only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from analytics.query.catalogue import METRICS, OF_PEOPLE, PROPERTY, Dimension, Metric, Source, dimension
from analytics.query.model import Condition, Query, QueryError
from analytics.query.trees import filters_in, is_of_events

# Conditions on what a visitor did. Who did not do it still belongs to the population of a conversion rate.
DEEDS = ("goal", "event", "type", "endpoint")
# Shares that are worked out after the engine's answer, which therefore orders no rows by them.
AFTERWARDS = ("exit_rate", "group_conversion_rate")


@dataclass(frozen=True)
class Part:
    """One statement's share of a question."""

    source: Source
    metrics: tuple[str, ...]
    dimensions: tuple[str, ...]


def parts(query: Query) -> list[Part]:
    """The shares of `query`, the one that decides the order first. QueryError for what no table can tell."""
    if query.interval and len(query.dimensions) > 1:
        raise QueryError("A series is broken down by one dimension. Leave out the others, or the interval.", "interval")
    if not query.metrics:
        return []
    if "exit_rate" in query.metrics and query.dimensions != ("page",):
        raise QueryError("exit_rate is told of pages: ask for it with the dimension 'page'.", "metrics")
    if "exit_rate" in query.metrics and query.interval:
        raise QueryError("exit_rate has no series. Leave out the interval, or ask for exits.", "metrics")
    if "group_conversion_rate" in query.metrics:
        _check_groups(query)
    if query.order_by and query.order_by[0] in AFTERWARDS:
        raise QueryError(
            f"Rows cannot be ordered by {query.order_by[0]}, which is worked out afterwards. Order by another metric.",
            "order_by",
        )
    sources = {name: _source(METRICS[name], query) for name in query.metrics}
    first = sources[ordering(query)] if ordering(query) in sources else sources[query.metrics[0]]
    ordered = [first, *(each for each in dict.fromkeys(sources.values()) if each != first)]
    made = [
        Part(source, tuple(n for n in query.metrics if sources[n] == source), query.dimensions) for source in ordered
    ]
    if "exit_rate" in query.metrics:
        made.append(Part("sessions", ("exits",), ("exit_page",)))
    return made


def ordering(query: Query) -> str:
    """The metric or dimension that rows are ordered by."""
    return query.order_by[0] if query.order_by else query.metrics[0]


def totals(query: Query) -> Query:
    """The same question without groups or buckets."""
    # Without their groups such a rate means nothing, and everybody would have converted.
    rates = (*AFTERWARDS, "conversion_rate") if query.dimensions else ()
    metrics = tuple(name for name in query.metrics if name not in rates)
    return replace(query, metrics=metrics, dimensions=(), interval=None, order_by=None, offset=0, after=None)


def population(query: Query) -> Query:
    """All visitors among whom the converted ones are sought."""
    return replace(totals(query), metrics=("visitors",), filters=_without_deeds(query))


def population_of_groups(query: Query) -> Query:
    """The same of each group, or of each group in each bucket."""
    return replace(query, metrics=("visitors",), filters=_without_deeds(query), order_by=None, offset=0, after=None)


def _without_deeds(query: Query) -> tuple[Condition, ...]:
    return tuple(each for each in query.filters if not _is_deed(each))


def tells_converted(query: Query) -> bool:
    """It says what those who converted did. Without, everybody is among them."""
    return any(map(names_deed, query.dimensions)) or has_deed(query.filters)


def has_deed(filters: Iterable[Condition]) -> bool:
    """They say what somebody did."""
    return any(map(_is_deed, filters))


def chooses_events(filters: Iterable[Condition]) -> bool:
    """Among them is one on what an event is, not on what it was like."""
    return any(each.dimension in DEEDS for each in filters_in(filters))


def _check_groups(query: Query) -> None:
    """Whether there are groups of visitors, some of whom converted."""
    if not query.dimensions:
        raise QueryError(
            "group_conversion_rate is told of groups of visitors: name a dimension, such as source, or ask for "
            "conversion_rate.",
            "metrics",
            on_pages="Group conversion rate is told of groups of visitors. Break it down, or choose Conversion rate.",
        )
    if any(map(names_deed, query.dimensions)):
        raise QueryError(
            "group_conversion_rate compares groups of visitors, such as sources; to compare what they did, ask for "
            "conversion_rate.",
            "metrics",
            on_pages="Group conversion rate compares groups of visitors, such as sources. To compare what they did, "
            "choose Conversion rate.",
        )
    if not has_deed(query.filters):
        raise QueryError(
            "group_conversion_rate needs what those who converted did. Give a filter on event, goal, type, endpoint "
            'or a property, such as "filters": [["is", "goal", ["signup"]]].',
            "metrics",
            on_pages="Group conversion rate is the share of a group that did something. Choose an event, or a "
            "condition on a goal or a property.",
        )


def _is_deed(given: Condition) -> bool:
    return any(names_deed(each.dimension) for each in filters_in([given]))


def names_deed(name: str) -> bool:
    return name in DEEDS or name.startswith(PROPERTY)


def _source(metric: Metric, query: Query) -> Source:
    groups = [dimension(name) for name in query.dimensions]
    for group in groups:
        if getattr(metric, "events" if group.of_events else "sessions") is None and (
            group.of_events or not group.events
        ):
            raise QueryError(_cannot(metric, group), "metrics", on_pages=_cannot_be_said(metric, group))
    if metric.sessions is None or any(group.of_events for group in groups):
        return "events"
    # People are told by their visits, except where single events are chosen: then only who did that counts.
    by_event = metric.name in OF_PEOPLE and is_of_events(query.filters)
    return "events" if by_event and all(group.events for group in groups) else "sessions"


def _cannot(metric: Metric, group: Dimension) -> str:
    able = [each.name for each in METRICS.values() if (each.events if group.of_events else each.sessions)]
    kind = "events" if group.of_events else "visits"
    return (
        f"{metric.name!r} cannot be broken down by {group.name!r}, which tells {kind} apart. "
        f"Choose from: {', '.join(able)}."
    )


def _cannot_be_said(metric: Metric, group: Dimension) -> str:
    """The same in the labels of the menus, with what comes nearest."""
    wanted, given = ("events", "visits") if group.of_events else ("visits", "events")
    able = [each.label for each in METRICS.values() if (each.events if group.of_events else each.sessions)]
    near = _nearest(metric, group)
    return (
        f"{metric.label} is a number of {given} and cannot be broken down by {group.label}, "
        f"which tells {wanted} apart. "
        f"Choose {f'{near} instead, or ' if near else ''}another metric, such as {', '.join(able[:2])} or {able[2]}."
    )


def _nearest(metric: Metric, group: Dimension) -> str:
    """What tells visits apart by their pages, or events."""
    if group.name in ("page", "title"):
        return dimension("exit_page" if metric.name == "exits" else "entry_page").label
    return "" if group.of_events else dimension("page").label
