"""What a dataset has to choose from: names of events and keys of properties, most frequent first."""

from datetime import datetime

from analytics.query import run
from analytics.query.model import Query
from analytics.query.reporting import report
from analytics.query.scope import Parameters, where

NAMES = 40
KEYS = 60
SAMPLED = 100_000  # events whose properties are looked at: a map's keys are dear to read


def event_names(query: Query, now: datetime) -> list[str]:
    """Of `query`'s period, whatever its conditions. Errors of the store."""
    found = run(_open(query, ("events",), ("event",)), now)
    return [row.keys[0] for row in found.rows if row.keys[0]]


def property_keys(query: Query, now: datetime) -> list[str]:
    """prop:<key>, of a part of the period's events."""
    bound = Parameters()
    events = f"SELECT props FROM events WHERE {where(_open(query), 'events', bound)} AND notEmpty(props)"
    sql = (
        f"SELECT arrayJoin(mapKeys(props)) AS key FROM ({events} LIMIT {bound.bind(SAMPLED, 'UInt32')})"
        f" GROUP BY key ORDER BY count() DESC, key LIMIT {bound.bind(KEYS, 'UInt16')}"
    )
    (rows,) = report(query.dataset_id, [(sql, bound)], now).rows
    return [f"prop:{key}" for (key,) in rows.rows]


def _open(query: Query, metrics: tuple[str, ...] = (), dimensions: tuple[str, ...] = ()) -> Query:
    return Query(query.dataset_id, query.zone, query.period, metrics, dimensions, limit=NAMES, totals=False)
