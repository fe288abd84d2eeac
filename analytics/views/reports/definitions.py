"""The numbers of a period as other tools would define them, side by side with ours, and how far they are apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from analytics.query.catalogue import METRICS as CATALOGUE
from analytics.query.profiles import OURS, PROFILES
from analytics.query.words import known
from analytics.reports.profiles import METRICS, Profiled, profiled
from analytics.templatetags import numbers
from analytics.views import figures
from analytics.views.menus import Item
from analytics.views.reports.frame import Report, ReportPage
from workspaces.access import WorkspaceRequest


@dataclass(frozen=True)
class Comparison:
    """Which tool the tiles show; ours is the default."""

    tool: str = OURS

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return [("tool", self.tool)] if self.tool != OURS else []


@dataclass(frozen=True)
class Figure:
    label: str
    name: str
    value: str
    difference: str  # from ours


@dataclass(frozen=True)
class ToolRow:
    label: str
    says: str
    figures: list[Figure]
    is_current: bool


def read(params: QueryDict, page: ReportPage) -> Comparison:
    return Comparison(known("tool", params.get("tool") or OURS, PROFILES, "tool"))


def show(request: WorkspaceRequest, page: ReportPage, asked: Comparison) -> dict[str, Any]:
    found = _asked(page)
    rows = [_row(each, found[0], asked) for each in found]
    return {
        "rows": rows,
        "tiles": next(row for row in rows if row.is_current),
        "headings": [(name, CATALOGUE[name].label) for name in METRICS],
        "profiles": [
            Item(each.label, page.asking(Comparison(name)).url(), name == asked.tool) for name, each in PROFILES.items()
        ],
        "is_empty": not found[0].values["visits"],
    }


def table(page: ReportPage, asked: Comparison) -> Iterable[Iterable[object]]:
    yield ["tool", *METRICS]
    for each in _asked(page):
        yield [each.profile.label, *each.values.values()]


def _asked(page: ReportPage) -> list[Profiled]:
    settings = page.workspace.session_timeout_minutes, page.workspace.bounce_engaged_seconds
    return profiled(page.query(compare=None), page.now, *settings)


def _row(each: Profiled, ours: Profiled, asked: Comparison) -> ToolRow:
    figures_ = [_figure(name, each, ours) for name in METRICS]
    return ToolRow(each.profile.label, each.profile.says, figures_, each.profile.name == asked.tool)


def _figure(name: str, each: Profiled, ours: Profiled) -> Figure:
    value, own = each.values[name], ours.values[name]
    difference = ""
    if value is not None and own is not None and each.profile.name != OURS:
        is_points = CATALOGUE[name].unit == "percent"
        difference = (
            numbers.points(value - own) if is_points else numbers.change((value - own) / own * 100) if own else ""
        )
    return Figure(CATALOGUE[name].label, name, figures.exact_text(name, value), difference)


REPORT = Report[Comparison](
    name="definitions",
    title="Definitions compared",
    template="analytics/reports/definitions.html",
    docs="profiles",
    read=read,
    show=show,
    table=table,
    is_compared=False,
)
