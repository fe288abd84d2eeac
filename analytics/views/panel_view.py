"""A panel with its numbers, ready for templates/analytics/_panel.html."""

from dataclasses import dataclass

from django.urls import reverse

from analytics.query.model import Query, Result
from analytics.views.menus import Item
from analytics.views.panels import COUNTRIES, MAPPED, ROWS, Panel, Tab
from analytics.views.rows import Place, Table, places, table
from analytics.views.state import PageState
from workspaces.models import Workspace


@dataclass(frozen=True)
class PanelView:
    name: str
    label: str
    wide: bool
    tab: str
    tabs: list[Item]
    table: Table
    places: list[Place] | None  # None: no map
    more: int  # rows there are beyond those shown
    csv_href: str
    details_href: str


def panel_query(page: PageState, tab: Tab) -> Query:
    """The map needs every country, the list only the first rows of the same answer."""
    return tab.query(page, COUNTRIES if tab.name == MAPPED else ROWS)


def panel_view(
    workspace: Workspace, page: PageState, panel: Panel, tab: Tab, result: Result, totals: dict[str, float | None]
) -> PanelView:
    total = totals[tab.share_of] if tab.share_of else None
    return PanelView(
        name=panel.name,
        label=panel.label,
        wide=panel.wide,
        tab=tab.name,
        tabs=[Item(each.label, page.url(**{panel.name: each.name}), each.name == tab.name) for each in panel.tabs],
        table=table(page, tab, result.rows[:ROWS], total, workspace.domain),
        places=places(page, result) if tab.name == MAPPED else None,
        more=max(0, result.group_count - ROWS),
        csv_href=reverse("panel_csv", args=[workspace.slug, tab.name]) + page.url(columns="panel"),
        details_href=reverse("panel_details", args=[workspace.slug, tab.name]) + page.url(),
    )
