"""Revenue as its report tells it: the figures and a bar for each interval."""

from collections.abc import Iterable
from typing import Any

from analytics.dashboards.questions import Money
from analytics.reports.revenue import BY, Revenue, revenue
from analytics.views.dashboards.page import DashboardPage
from analytics.views.reports import revenue as report

ROWS = 100


def earned(page: DashboardPage, asked: Money) -> dict[str, Any]:
    found = _asked(page, asked)
    return {
        "facts": report.facts(found),
        "data": report.chart_data(page, found),
        "table": report.by_table(report.Question(asked.by), found) if asked.by != Money().by else None,
        "is_empty": not found.currencies,
    }


def earned_table(page: DashboardPage, asked: Money) -> Iterable[Iterable[object]]:
    found = _asked(page, asked)
    codes = [each.currency for each in found.currencies]
    yield [BY[asked.by][0], "payments", *codes]
    for row in found.rows:
        yield [row.key, row.payments, *(float(row.net.get(code, 0)) for code in codes)]


def _asked(page: DashboardPage, asked: Money) -> Revenue:
    return revenue(page.workspace, page.query(compare=None), asked.by, page.interval, page.now, ROWS)
