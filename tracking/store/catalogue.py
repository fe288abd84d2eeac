"""Which events and properties a dataset holds: what tracking.catalogue writes down. Neither the door nor the writer
asks this."""

from datetime import datetime
from typing import NamedTuple

from tracking.store.reads import query

MOST_EVENTS, MOST_PROPERTIES = 1000, 200  # kinds of events of a dataset, properties of each
LOOKED_AT = 10_000  # events of a kind, for their properties
EXAMPLES, EXAMPLE_CHARS = 5, 100
# How a value reads: the store keeps all of them as text.
_READS = r"""
multiIf(match(value, '^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$'), 'number',
        value IN ('true', 'false'), 'boolean',
        startsWith(value, '['), 'array',
        match(value, '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:'), 'datetime',
        'string')
"""
_PROPERTIES = f"""
SELECT type, name, property, groupUniqArray({_READS}),
       groupUniqArray({EXAMPLES})(substringUTF8(value, 1, {EXAMPLE_CHARS})), min(ts), max(ts)
FROM (SELECT type, name, ts, props FROM events
      WHERE received_at >= {{since:DateTime64(3, 'UTC')}} AND ts >= {{oldest:DateTime64(3, 'UTC')}}
      LIMIT {LOOKED_AT} BY type, name)
ARRAY JOIN mapKeys(props) AS property, mapValues(props) AS value
GROUP BY type, name, property ORDER BY type, name, count() DESC, property LIMIT {MOST_PROPERTIES} BY type, name
"""


class Event(NamedTuple):
    type: str
    name: str
    first: datetime
    last: datetime


class Property(NamedTuple):
    type: str
    event: str
    name: str
    reads: list[str]  # number, boolean, array, datetime, string
    examples: list[str]
    first: datetime
    last: datetime


def events(dataset_id: int, since: datetime) -> list[Event]:
    """Kinds of events received since then, the most frequent first."""
    found = query(
        "SELECT type, name, min(ts), max(ts) FROM events WHERE received_at >= {since:DateTime64(3, 'UTC')}"
        " GROUP BY type, name ORDER BY count() DESC LIMIT {most:UInt32}",
        {"since": since, "most": MOST_EVENTS},
        dataset_id=dataset_id,
    )
    return [Event(*row) for row in found.rows]


def properties(dataset_id: int, since: datetime, oldest: datetime) -> list[Property]:
    """Of events received since `since` that happened since `oldest`: of the first LOOKED_AT of each kind."""
    found = query(_PROPERTIES, {"since": since, "oldest": oldest}, dataset_id=dataset_id)
    return [Property(*row) for row in found.rows]


def volumes(dataset_id: int, since: datetime) -> dict[tuple[str, str], int]:
    """Events that happened since then, by (type, name)."""
    found = query(
        "SELECT type, name, count() FROM events WHERE ts >= {since:DateTime64(3, 'UTC')} GROUP BY type, name",
        {"since": since},
        dataset_id=dataset_id,
    )
    return {(kind, name): number for kind, name, number in found.rows}
