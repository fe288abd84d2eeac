"""Every event of a period, for exports of any length: cut at full hours into spans that fit in one go."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.query import costs
from analytics.query.model import Query
from analytics.query.scope import Parameters, where
from analytics.reports.events import COLUMNS, MOMENTS, properties_text
from tracking import store

SPAN_ROWS = 100_000  # an hour with more is a span of its own
HOUR = timedelta(hours=1)
HEADING = list(COLUMNS)


@dataclass(frozen=True)
class Span:
    """The events of [start, end), both full hours of UTC."""

    start: datetime
    end: datetime
    rows: int


def spans(query: Query, received_by: datetime) -> list[Span]:
    """Newest first; of what was received by `received_by`, so that what arrives meanwhile moves nothing."""
    bound = Parameters()
    sql = (
        "SELECT toUnixTimestamp(toStartOfHour(ts)) AS hour, count() FROM events"
        f" WHERE {_of(query, received_by, bound)} GROUP BY hour ORDER BY hour DESC"
    )
    found: list[Span] = []
    for hour, rows in costs.query(sql, bound.values, query.dataset_id).rows:
        start = datetime.fromtimestamp(hour, UTC)
        if found and found[-1].rows + rows <= SPAN_ROWS:
            found[-1] = Span(start, found[-1].end, found[-1].rows + rows)
        else:
            found.append(Span(start, start + HOUR, rows))
    return found


def events_of(query: Query, received_by: datetime, start: datetime, end: datetime) -> Iterator[list[Any]]:
    """Those of one span, newest first, cells in the order of HEADING; in constant memory here, the engine sorts."""
    bound = Parameters()
    # The names in the answer are ours alone: an alias that is also a column would take its place in WHERE.
    columns = ", ".join(f"{sql} AS c{n}" for n, sql in enumerate(COLUMNS.values()))
    first, last = bound.bind(start, "DateTime64(3, 'UTC')"), bound.bind(end, "DateTime64(3, 'UTC')")
    sql = (
        f"SELECT {columns} FROM events WHERE {_of(query, received_by, bound)} AND ts >= {first} AND ts < {last}"
        f" AND toDate(ts) BETWEEN toDate({first}) AND toDate({last}) ORDER BY ts DESC, event_id DESC"
    )
    moments = [HEADING.index(name) for name in MOMENTS]
    for block in store.stream(sql, bound.values, dataset_id=query.dataset_id):
        for row in block:
            cells = list(row)
            for place in moments:
                cells[place] = datetime.fromtimestamp(cells[place] / 1000, UTC)
            cells[-1] = properties_text({"properties": cells[-1]})
            yield cells


def _of(query: Query, received_by: datetime, bound: Parameters) -> str:
    moment = bound.bind(received_by, "DateTime64(3, 'UTC')")
    return f"{where(query, 'events', bound)} AND received_at <= {moment}"
