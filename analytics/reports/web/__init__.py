"""Web reports: engaged time, scroll depth, site search, outbound links, downloads, 404 pages, web vitals.

Entry and exit pages are questions of the query engine; they stand beside these on the page.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.query.model import Query
from analytics.query.reporting import report
from analytics.query.scope import Parameters, where
from analytics.reports.web.model import VIEWS, View


@dataclass(frozen=True)
class WebRow:
    key: str
    values: dict[str, Any]


@dataclass(frozen=True)
class WebReport:
    view: View
    rows: list[WebRow]
    count: int  # of all groups
    as_of: datetime


def web_report(query: Query, name: str, limit: int, offset: int, now: datetime) -> WebReport:
    view, bound = VIEWS[name], Parameters()
    columns = ", ".join(f"{column.sql} AS v{n}" for n, column in enumerate(view.columns))
    sql = (
        f"SELECT toString({view.key}) AS k, {columns}, count() OVER () FROM events"
        f" WHERE {where(query, 'events', bound)} AND {view.only} GROUP BY k ORDER BY v0 DESC, k"
        f" LIMIT {bound.bind(limit, 'UInt32')} OFFSET {bound.bind(offset, 'UInt32')}"
    )
    reported = report(query.dataset_id, [(sql, bound)], now)
    rows = reported.rows[0].rows
    found = [WebRow(key, _values(view, values)) for key, *values, _ in rows]
    return WebReport(view, found, rows[0][-1] if rows else 0, reported.as_of)


def _values(view: View, values: list[Any]) -> dict[str, Any]:
    """A quantile or a mean of nothing is None."""
    made = (None if isinstance(value, float) and math.isnan(value) else value for value in values)
    return {column.name: value for column, value in zip(view.columns, made, strict=True)}
