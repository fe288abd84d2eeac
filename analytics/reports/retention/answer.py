"""A retention table: a row for each unit somebody began in, a column for each after."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from analytics.query.model import Query
from analytics.query.reporting import report
from analytics.query.whole_units import is_clipped
from analytics.reports.retention.buckets import buckets
from analytics.reports.retention.model import SECONDS, Retention
from analytics.reports.retention.statement import statement


@dataclass(frozen=True)
class Cell:
    count: int
    rate: float | None  # percent of those who began; None: nobody did
    incomplete: bool  # the unit is not over for all of them: more may come back


@dataclass(frozen=True)
class Row:
    start: datetime
    began: int
    cells: list[Cell | None]  # None: the unit has not come yet
    clipped: bool = False  # the period begins or ended within the unit: only who began in its days is in the row


@dataclass(frozen=True)
class Answer:
    rows: list[Row]
    average: list[float | None]  # of the complete cells of each column, every person counting the same
    as_of: datetime


def answer(asked: Retention, query: Query, now: datetime) -> Answer:
    """Raises QueryError for a period with too many units; the errors of the store."""
    count, starts = buckets(asked, query.period)
    reported = report(query.dataset_id, [statement(asked, query, count, starts)], now)
    found = {row[0]: row for row in reported.rows[0].rows}
    ends = [*starts[1:count], query.period.end]  # the last row's unit may go on after the period
    rows = [
        replace(
            _row(asked, starts, place, found.get(place + 1), now),
            clipped=is_clipped(starts[place], end, asked.unit, now),
        )
        for place, end in enumerate(ends)
    ]
    return Answer(rows, [_average(rows, column) for column in range(len(asked.spans))], reported.as_of)


def _row(asked: Retention, starts: list[datetime], place: int, found: tuple[int, ...] | None, now: datetime) -> Row:
    began = found[1] if found else 0
    cells: list[Cell | None] = []
    for column, span in enumerate(asked.spans):
        opens, closes = _when(asked, starts, place, span)
        back = found[2 + column] if found else 0
        is_ahead = opens.timestamp() > now.timestamp()
        rate = 100 * back / began if began else None
        cells.append(None if is_ahead else Cell(back, rate, closes.timestamp() > now.timestamp()))
    return Row(starts[place], began, cells)


def _when(asked: Retention, starts: list[datetime], place: int, span: tuple[int, int]) -> tuple[datetime, datetime]:
    """When the first of the row could be in the column, and when the last of them can be no more."""
    if asked.clock == "calendar":
        return starts[place + span[0]], starts[place + span[1] + 1]
    length = timedelta(seconds=SECONDS[asked.unit])
    first, last = (starts[place + n].astimezone(UTC) for n in (0, 1))
    return first + length * span[0], last + length * (span[1] + 1)


def _average(rows: list[Row], column: int) -> float | None:
    complete = [(row.began, cell.count) for row in rows if (cell := row.cells[column]) and not cell.incomplete]
    began = sum(each for each, _ in complete)
    return 100 * sum(back for _, back in complete) / began if began else None
