"""Conditions → SQL over one row of `events` or `sessions`. Values are bound; columns come from the catalogue.

A tree is judged row by row. What a row cannot tell is looked up: the visit in the other table, the person among those
who did something. A condition on a person is one set, made once for each statement.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from analytics.query.bounds import DAY_S, Parameters, Window, ids, within
from analytics.query.catalogue import OPERATORS, PROPERTY, Source, dimension
from analytics.query.model import AllOf, AnyOf, Cohort, Condition, Did, Filter, Not, Period, Segment

# Who did it. An event names its person; before it was known who that is, the person is the visitor.
PERSON = "person_id"
TABLES: Mapping[Source, str] = {"events": "events", "sessions": "sessions FINAL"}
NEGATIVE = ("is_not", "contains_not")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Look:
    """Where a condition is looked at: rows of one table, of one dataset, asked about one period."""

    dataset_id: int
    source: Source
    period: Period  # what "in the period" means to a Did
    looked_at: tuple[Window, ...]  # all that the statement reads, joined
    bots: bool
    usual: tuple[Condition, ...] = ()  # analytics.query.usual
    tables: Mapping[Source, str] = field(default_factory=lambda: TABLES)


def sql(given: Condition, look: Look, bound: Parameters) -> str:
    match given:
        case Filter():
            return _filter(given, look, bound)
        case AllOf(conditions) | Segment(conditions=conditions):
            return all_of(conditions, look, bound)
        case AnyOf(conditions):
            return f"({' OR '.join(sql(each, look, bound) for each in conditions)})"
        case Not(condition):
            return f"NOT ({sql(condition, look, bound)})"
        case Did():
            return _among(_who_did(given, _reach(given, look.period), look, bound))
        case Cohort():
            return _among(_members(given, look, bound))


def all_of(given: Iterable[Condition], look: Look, bound: Parameters) -> str:
    return f"({' AND '.join(sql(each, look, bound) for each in given) or '1'})"


def column(name: str, source: Source, bound: Parameters) -> str:
    """The SQL of a dimension. A property's key is a value like any other: bound."""
    expression: str = getattr(dimension(name), source)
    if name.startswith(PROPERTY):
        return expression.format(key=bound.bind(name.removeprefix(PROPERTY), "String"))
    return expression


def visits_with(conditions: Iterable[Condition], look: Look, bound: Parameters, only: str = "") -> str:
    """The visits in which one row of the other table fits all `conditions` at once.

    Whose period and bots count is decided by the statement around it. Here the period only keeps the scan short: a
    visit of the period may do what is asked for up to a day later, or have begun a day earlier. For events it is a
    hint to the index, which spares reading ts. `only` narrows those rows.
    """
    wider = _wider(look)
    if look.source == "sessions":
        hints = [within("events", each, bound) for each in wider]
        table, period = look.tables["events"], f"indexHint({' OR '.join(f'({each})' for each in hints)})"
    else:
        table, period = look.tables["sessions"], f"({' OR '.join(f'({ids(each, bound)})' for each in wider)})"
    there = replace(look, source="events" if look.source == "sessions" else "sessions")
    where = [
        _dataset(look, bound),
        period,
        *(sql(each, there, bound) for each in conditions),
        *([only] if only else []),
    ]
    return f"session_id IN (SELECT session_id FROM {table} {_judging(table)} {' AND '.join(where)})"


def visits_usually_with(given: Filter, look: Look, bound: Parameters) -> str:
    """`visits_with([given])` of a row of `sessions`, where most visits begin with what fits (analytics.query.usual)."""
    fits = begun_with(given, bound)
    period = " OR ".join(f"({ids(each, bound)})" for each in _wider(look))
    # Without FINAL: what an earlier state of a visit adds is looked up for nothing, and not wrong.
    others = f"SELECT session_id FROM sessions WHERE {_dataset(look, bound)} AND ({period}) AND NOT ({fits})"
    return f"({fits} OR {visits_with([given], look, bound, only=f'session_id IN ({others})')})"


def begun_with(given: Filter, bound: Parameters) -> str:
    """The visit began with an event that fits, as its own row tells."""
    _, template = OPERATORS[given.operator]
    return template.format(it=dimension(given.dimension).first, values=bound.bind(list(given.values), "Array(String)"))


def _wider(look: Look) -> list[Window]:
    return [Window(each.start - DAY_S, each.end + DAY_S) for each in look.looked_at]


def members(given: Cohort, dataset_id: int, bound: Parameters) -> str:
    """The statement that lists the person_id of everybody in it; known bots are nobody."""
    period = given.period or Period("", EPOCH, EPOCH)
    return _members(given, Look(dataset_id, "events", period, (Window.of(period),), False), bound)


def _filter(given: Filter, look: Look, bound: Parameters) -> str:
    if getattr(dimension(given.dimension), look.source) is None:
        return visits_with([given], look, bound)
    _, template = OPERATORS[given.operator]
    values, narrowed = bound.bind(list(given.values), "Array(String)"), dimension(given.dimension).narrowed
    if narrowed is None or "" in given.values:
        return template.format(it=column(given.dimension, look.source, bound), values=values)
    those, it = narrowed
    fits = template.format(it=it, values=values)
    # What has no value is none of these values, and contains none.
    return f"(NOT ({those}) OR {fits})" if given.operator in NEGATIVE else f"({those} AND {fits})"


def _reach(given: Did, period: Period) -> Period:
    """The period, or the calendar days up to its end. (Arithmetic on a moment of a zone is by its wall clock.)"""
    return period if given.days is None else Period("", period.end - timedelta(given.days), period.end)


def _who_did(given: Did, period: Period, look: Look, bound: Parameters) -> str:
    window = Window.of(period)
    there = replace(look, source="events", period=period, looked_at=(window,))
    where = [_dataset(look, bound), within("events", window, bound)]
    where += [] if look.bots else ["bot = ''"]
    where += [sql(each, there, bound) for each in given.conditions]
    often = f" GROUP BY {PERSON} HAVING count() >= {bound.bind(given.times, 'UInt32')}" if given.times > 1 else ""
    return f"SELECT {PERSON} FROM events PREWHERE {' AND '.join(where)}{often}"


def _members(given: Cohort, look: Look, bound: Parameters) -> str:
    if given.period:
        return _who_did(Did(given.conditions), given.period, look, bound)
    named = f"{_dataset(look, bound)} AND list_id = {bound.bind(given.list_id, 'UInt64')}"
    return f"SELECT person_id FROM cohort_members WHERE {named}"


def _among(people: str) -> str:
    # GLOBAL: where events are spread over shards by visitor, a person's may lie on several.
    return f"{PERSON} GLOBAL IN ({people})"


def _judging(table: str) -> str:
    """Where conditions are judged: stored events say it themselves, since a statement over visits leaves nothing to the
    engine (tracking.store.reads)."""
    return "PREWHERE" if table == TABLES["events"] else "WHERE"


def _dataset(look: Look, bound: Parameters) -> str:
    return f"dataset_id = {bound.bind(look.dataset_id, 'UInt32')}"
