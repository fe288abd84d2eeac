"""The menu of saved views: links to named states of pages, and what the form beside them keeps."""

from dataclasses import dataclass

from django.db.models import QuerySet

from analytics import saved_views
from analytics.models import SavedView
from analytics.query.page import PageQuery
from analytics.views.menus import Item
from workspaces.access import WorkspaceRequest
from workspaces.roles import reaches

MOST = 30  # in the menu; the list has them all


@dataclass(frozen=True)
class ViewsMenu:
    items: list[Item]
    page: str  # the one that is shown, and its state: what a new view keeps
    state: str


def views_menu(request: WorkspaceRequest, page: str, shown: PageQuery) -> ViewsMenu:
    state, slug = shown.url(), request.workspace.slug
    found = offered(request)[:MOST]
    items = [
        Item(each.name, saved_views.address(each, slug), (each.page, each.state) == (page, state)) for each in found
    ]
    return ViewsMenu(items, page, state)


def offered(request: WorkspaceRequest) -> QuerySet[SavedView]:
    """Those of pages that one may open: what an analyst shares may be of a report that is not for viewers."""
    from analytics.views.exports.sources import REPORTS  # made of the reports, whose pages have this menu

    closed = [name for name, report in REPORTS.items() if not reaches(request.role, report.needs)]
    return saved_views.seen_by(request.workspace, request.user).exclude(page__in=closed)
