"""The menu of saved views: links to named states of pages, and what the form beside them keeps."""

from dataclasses import dataclass

from analytics import saved_views
from analytics.query.page import PageQuery
from analytics.views.menus import Item
from workspaces.access import WorkspaceRequest

MOST = 30  # in the menu; the list has them all


@dataclass(frozen=True)
class ViewsMenu:
    items: list[Item]
    page: str  # the one that is shown, and its state: what a new view keeps
    state: str


def views_menu(request: WorkspaceRequest, page: str, shown: PageQuery) -> ViewsMenu:
    state, slug = shown.url(), request.workspace.slug
    found = saved_views.seen_by(request.workspace, request.user)[:MOST]
    items = [
        Item(each.name, saved_views.address(each, slug), (each.page, each.state) == (page, state)) for each in found
    ]
    return ViewsMenu(items, page, state)
