"""A funnel → SQL. One scan: the events that are a step, as one ordered list for each person, folded into an attempt.

    SELECT <all | group | bucket>, <how many reached each step>, <how long they took> …
    FROM (SELECT person, level, began, took …
          FROM (SELECT person, arrayFold(…, arraySort(list)) FROM (SELECT person, groupArray(…) FROM events …)))

Who takes the first step in the period is in; the next steps may follow until the window ends, also after the period.
"""

from dataclasses import replace
from datetime import UTC, timedelta

from analytics.query.bounds import Parameters
from analytics.query.conditions import PERSON, column
from analytics.query.gaps import axis
from analytics.query.model import Interval, Period, Query
from analytics.query.scope import around, where
from analytics.reports.funnel import any_order, in_order
from analytics.reports.funnel.model import DURATIONS, Funnel
from analytics.reports.funnel.packed import packed
from analytics.reports.ranks import named, rank
from analytics.reports.steps import AUTOMATIC, fits

ACCOUNT = "account"  # the property that says for which account somebody acted
EVERYBODY = 0  # what a row of `counts` is about


def counts(asked: Funnel, query: Query, interval: Interval | None) -> tuple[str, Parameters]:
    """Columns: what the row is about, its value, how many reached step 1 …, (median, mean) ms to step 2 …, and how many
    needed at least 0, DURATIONS[0], DURATIONS[1] … seconds for the last.

    Each person counts for all, for their bucket and for their group. To count the two together first and sum them
    afterwards spares a large workspace nothing, and is one more layer to plan.
    """
    bound = Parameters()
    rows = f"SELECT *, arrayJoin([{', '.join(_keys(asked, query, interval, bound))}]) AS key"
    found = ["key", "names[key]" if asked.by else "''", *_reached(len(asked.steps))]
    people = _attempts(asked, query, bound)
    return f"{_named(asked, query, bound)} SELECT {', '.join(found)} FROM ({rows} FROM ({people})) GROUP BY key", bound


def _keys(asked: Funnel, query: Query, interval: Interval | None, bound: Parameters) -> list[str]:
    """What a person counts for: EVERYBODY, below it the bucket, above it the rank of the group."""
    found = [str(EVERYBODY)]
    if interval:
        found.append(f"{EVERYBODY - 1} - {_bucket(query, interval, bound)}")
    if asked.by:  # no value (0) is "" too
        found.append("greatest(value, 1)")
    return found


def _reached(last: int) -> list[str]:
    """How many reached each step, how long each of them took, and the last step's times as a histogram."""
    found = ["count()", *(f"countIf(level >= {level})" for level in range(2, last + 1))]
    for level in range(2, last + 1):
        took = f"took_{level}, level >= {level}"
        found += [f"quantileExactInclusiveIf(0.5)({took})", f"avgIf({took})"]
    return [*found, _lasting(f"groupArrayIf(took_{last}, level >= {last})")]


def _bucket(query: Query, interval: Interval, bound: Parameters) -> str:
    buckets = bound.bind(list(axis(query.period, interval).firsts), "Array(UInt32)")
    return f"roundDown(toUInt32(intDiv(began, 1000)), {buckets})"


def attempts(asked: Funnel, query: Query, bound: Parameters) -> str:
    """One row for each who entered: person, level, began (ms; of the attempt that went furthest), took_2 …, value."""
    value = " REPLACE (names[value] AS value)" if asked.by else ""
    return f"{_named(asked, query, bound)} SELECT *{value} FROM ({_attempts(asked, query, bound)})"


def reached(asked: Funnel, query: Query, step: int, bound: Parameters) -> str:
    """One row for each person who reached that step, from 1: person."""
    return f"SELECT person FROM ({_attempts(replace(asked, by=''), query, bound)}) WHERE level >= {step:d}"


def _attempts(asked: Funnel, query: Query, bound: Parameters) -> str:
    """The same with the rank of the value; `names` stand above it."""
    lists = _lists(asked, query, bound)
    if asked.order == "any":
        return any_order.attempts(asked, lists, _end(query) * 1000)
    return in_order.attempts(asked, lists)


def _lists(asked: Funnel, query: Query, bound: Parameters) -> str:
    """person, list of events (funnel.packed)[, taken: steps as bits, first: the first event that is the first step]

    What an event is gets its names in a subquery: a name of WITH is planned anew wherever it stands.
    """
    wider = _wider(asked, query)
    who = {"person": PERSON, "visit": "session_id", "account": f"props[{bound.bind(ACCOUNT, 'String')}]"}[asked.per]
    named = [f"{who} AS person", "ts", "type", f"{_bits(asked, wider, _end(query), bound)} AS bits"]
    named += [f"{rank(column(asked.by, 'events', bound))} AS value"] if asked.by else []
    conditions = [where(wider, "events", bound)] + ([f"{who} != ''"] if asked.per == "account" else [])
    events = f"SELECT {', '.join(named)} FROM events WHERE {' AND '.join(conditions)}"
    steps = f"SELECT person, bits, {packed(asked, 'value')} AS event FROM ({events}) WHERE {_is_listed(asked, bound)}"
    also, entered = "", ""
    if asked.order != "any":
        also = ", groupBitOr(bits) AS taken, minIf(event, bitTest(bits, 0)) AS first"
        entered = " HAVING bitTest(taken, 0)"
    return f"SELECT person, groupArray(event) AS list{also} FROM ({steps}) GROUP BY person{entered}"


def _wider(asked: Funnel, query: Query) -> Query:
    """With the time in which attempts of the period may go on: elapsed time, not days of a calendar."""
    reach = query.period.end.astimezone(UTC) + timedelta(milliseconds=asked.window_ms)
    return replace(query, period=Period("", query.period.start, reach), compare=None)


def _named(asked: Funnel, query: Query, bound: Parameters) -> str:
    """What a statement begins with, whose parts are broken down."""
    if not asked.by:
        return ""
    return named(column(asked.by, "events", bound), around(_wider(asked, query), bound))


def _bits(asked: Funnel, query: Query, end: int, bound: Parameters) -> str:
    """Which steps an event is; an excluded one is no step, but the bit behind them."""
    fitting = [fits(step, query, bound) for step in asked.steps]
    if asked.order != "any":  # who takes the first step after the period is not in
        fitting[0] = f"({fitting[0]} AND toUnixTimestamp(ts) < {bound.bind(end, 'UInt32')})"
    steps = " + ".join(f"{1 << n} * {each}" for n, each in enumerate(fitting))
    if not asked.without:
        return f"toInt32({steps})"
    excluded = " OR ".join(fits(step, query, bound) for step in asked.without)
    return f"toInt32(if({excluded}, {1 << len(asked.steps)}, {steps}))"


def _end(query: Query) -> int:
    return int(query.period.end.timestamp())


def _is_listed(asked: Funnel, bound: Parameters) -> str:
    if asked.order != "strict":
        return "bits > 0"
    return f"(bits > 0 OR type NOT IN {bound.bind(list(AUTOMATIC), 'Array(String)')})"


def _lasting(times: str) -> str:
    """How many of the times (ms) are at least so long."""
    lower = ", ".join(str(each * 1000) for each in (0, *DURATIONS))
    return f"arrayMap(least -> arrayCount(took -> took >= least, {times}), [{lower}])"
