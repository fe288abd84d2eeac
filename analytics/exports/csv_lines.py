"""CSV, line by line. What a spreadsheet would run as a formula arrives as text."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from analytics.exports.tables import rows_of
from analytics.query.model import Result
from analytics.reports.events import COLUMNS, properties_text

# Whatever stands before it that a spreadsheet skips (blanks, quotes, a byte order mark), and its full-width twins.
# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = re.compile("[\\s\ufeff\0'\"]*[=+\\-@＝＋－＠]|[\t\r\n\0]")


def csv_of(result: Result) -> Iterator[str]:
    """A panel's rows, or the totals where it has none; the comparison's numbers in columns of their own."""
    return csv_lines(rows_of(result))


def csv_of_events(events: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield line(COLUMNS)
    for event in events:
        yield line([*list(event.values())[:-1], properties_text(event)])


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The table of a report; None is an empty cell."""
    for row in rows:
        yield line(["" if cell is None else cell for cell in row])


def line(cells: Iterable[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return text.getvalue()


def safe(cell: Any) -> Any:
    """Text that looks like a formula gets an apostrophe; numbers stay numbers, also the negative ones."""
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell
