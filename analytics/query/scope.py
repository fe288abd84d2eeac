"""Where a statement looks: the one place that names the dataset, the periods and the conditions.

    where          all conditions of a query over `events` or `sessions`
    chosen         those that mean other people in each period: who did something in it
    around         what holds all that `where` lets through, and is found with less reading

Both periods are read in one pass.
"""

from collections.abc import Mapping

from analytics.query import profiles
from analytics.query.bounds import DAY_S, Parameters, Window, ids, joined, seen, since, within
from analytics.query.catalogue import Source
from analytics.query.conditions import TABLES, Look, column, sql, visits_usually_with, visits_with
from analytics.query.model import Condition, Filter, Period, Query, QueryError
from analytics.query.trees import is_by_period, tells

__all__ = [
    "Parameters",
    "Window",
    "around",
    "chosen",
    "column",
    "seen",
    "since",
    "tables",
    "where",
    "windows",
    "within",
]


def windows(query: Query) -> list[Window]:
    """The period and, if there is one, its comparison."""
    found = [Window.of(period) for period in _periods(query)]
    if len(found) == 2 and found[1].start < found[0].end and found[0].start < found[1].end:
        raise QueryError(
            "The comparison overlaps the period. Choose one that ends before the period starts.", "compare"
        )
    return found


def where(query: Query, source: Source, bound: Parameters, reaching: bool = False) -> str:
    """All conditions. `reaching`: also visits that began before the period and are seen in it."""
    conditions = [f"dataset_id = {bound.bind(query.dataset_id, 'UInt32')}", _ranges(query, source, bound, reaching)]
    conditions += [] if query.bots else ["bot = ''"]
    look = _look(query, source, query.period, bound)
    apart = _by_period(query, source)
    return " AND ".join(conditions + _conditions([each for each in query.filters if each not in apart], look, bound))


def around(query: Query, bound: Parameters) -> str:
    """Of `events`: at least what the query looks at. Without filters that are the days, which the index knows without
    a column being read; with filters it may be a small part of them."""
    if query.filters:
        return where(query, "events", bound)
    days = " OR ".join(f"({within('events', each, bound)})" for each in joined(windows(query)))
    return f"dataset_id = {bound.bind(query.dataset_id, 'UInt32')} AND indexHint({days})"


def tables(query: Query, bound: Parameters) -> Mapping[Source, str]:
    """What to read from: the store's tables, or visits cut anew by the query's profile."""
    if not query.profile:
        return TABLES
    return profiles.tables(query.profile, query.zone, joined(windows(query)), query.dataset_id, bound)


def chosen(query: Query, source: Source, bound: Parameters) -> list[str]:
    """For each window the conditions that mean other people in it. Empty where the query has none."""
    given = _by_period(query, source)
    if not given:
        return []
    looks = [_look(query, source, period, bound) for period in _periods(query)]
    return [" AND ".join(_conditions(given, look, bound)) for look in looks]


def _by_period(query: Query, source: Source) -> list[Condition]:
    """With one of them that looks for an event of the visit, all that do: one event must fit them together."""
    found = [each for each in query.filters if is_by_period(each)]
    if source == "sessions" and not all(tells(each, source) for each in found):
        return [each for each in query.filters if is_by_period(each) or not tells(each, source)]
    return found


def _periods(query: Query) -> list[Period]:
    return [period for period in (query.period, query.compare) if period]


def _look(query: Query, source: Source, period: Period, bound: Parameters) -> Look:
    looked_at = tuple(joined(windows(query)))
    return Look(query.dataset_id, source, period, looked_at, query.bots, query.usual, tables(query, bound))


def _ranges(query: Query, source: Source, bound: Parameters, reaching: bool) -> str:
    own = chosen(query, source, bound)
    if own:
        found = [
            f"{_range(source, each, bound, reaching)} AND {people}"
            for each, people in zip(windows(query), own, strict=True)
        ]
    else:
        found = [_range(source, each, bound, reaching) for each in joined(windows(query))]
    return f"({' OR '.join(f'({each})' for each in found)})"


def _conditions(given: list[Condition], look: Look, bound: Parameters) -> list[str]:
    """What the row tells is asked of the row; all that it cannot tell, of one row of the other table."""
    own = [each for each in given if tells(each, look.source)]
    foreign = [each for each in given if each not in own]
    if look.source == "events":  # an event's own row sees its visit one condition at a time, the tree stays here
        whole = [each for each in foreign if tells(each, "sessions")]
        rendered = [sql(each, look, bound) for each in [*own, *(f for f in foreign if f not in whole)]]
        return rendered + ([visits_with(whole, look, bound)] if whole else [])
    rendered = [sql(each, look, bound) for each in own]
    match foreign:
        case []:
            return rendered
        case [Filter() as alone] if alone in look.usual:
            return [*rendered, visits_usually_with(alone, look, bound)]
    return [*rendered, visits_with(foreign, look, bound)]


def _range(source: Source, window: Window, bound: Parameters, reaching: bool) -> str:
    if source == "events":
        return within(source, window, bound)
    earliest = window.start - DAY_S * reaching
    exactly = seen(window, bound) if reaching else within(source, window, bound)
    return f"{ids(Window(earliest, window.end + DAY_S), bound)} AND {exactly}"
