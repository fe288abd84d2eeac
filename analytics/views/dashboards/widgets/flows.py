"""Funnel, retention and paths, drawn as their reports draw them."""

from collections.abc import Iterable
from typing import Any

from analytics.reports.funnel import Funnel
from analytics.reports.funnel import answer as funnel_of
from analytics.reports.funnel.model import UNITS
from analytics.reports.paths import Paths
from analytics.reports.paths import answer as paths_of
from analytics.reports.retention import Retention
from analytics.reports.retention import answer as retention_of
from analytics.templatetags import numbers
from analytics.views.dashboards.page import DashboardPage
from analytics.views.dashboards.widgets import missing
from analytics.views.reports import funnel as funnel_report
from analytics.views.reports import paths as paths_report
from analytics.views.reports import retention as retention_report


def funnel(page: DashboardPage, asked: Funnel) -> dict[str, Any]:
    found = funnel_of(asked, page.query(compare=None), page.interval, page.now)
    return {
        "bars": funnel_report.bars(page, asked, found),
        "unit": UNITS[asked.per],
        "rate": numbers.percent(found.everybody.conversion_rate),
        "is_empty": not found.everybody.steps[0].reached,
        "nothing": missing.said(asked.steps[0]),
    }


def retention(page: DashboardPage, asked: Retention) -> dict[str, Any]:
    found = retention_of(asked, page.query(compare=None), page.now)
    return retention_report.grid(asked, found) | {"nothing": missing.said(asked.begin)}


def paths(page: DashboardPage, asked: Paths) -> dict[str, Any]:
    return paths_report.drawn(paths_of(asked, page.query(compare=None), page.now), lambda node: "")


def funnel_table(page: DashboardPage, asked: Funnel) -> Iterable[Iterable[object]]:
    return funnel_report.table(page, asked)


def retention_table(page: DashboardPage, asked: Retention) -> Iterable[Iterable[object]]:
    return retention_report.table(page, asked)


def paths_table(page: DashboardPage, asked: Paths) -> Iterable[Iterable[object]]:
    return paths_report.table(page, asked)
