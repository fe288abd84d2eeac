"""The download menu of a page: each format of exactly what it shows, and the ways to more."""

from urllib.parse import urlencode

from django.urls import reverse

from analytics.exports.formats import FORMATS
from analytics.query.page import PageQuery
from analytics.views.menus import Item
from workspaces import roles
from workspaces.access import WorkspaceRequest

PERSONAL = frozenset({"events", "people", "sessions"})  # of single people: for those who may export


def menu(request: WorkspaceRequest, source: str, page: PageQuery) -> list[Item]:
    """Empty for whom none of it is."""
    slug, may_export = request.workspace.slug, roles.may(request.role, "export")
    if source in PERSONAL and not may_export:
        return []
    labels = {name: each.label for name, each in FORMATS.items()} | {"pdf": "PDF"}
    items = [Item(label, reverse("download", args=[slug, source, name]) + page.url()) for name, label in labels.items()]
    if source not in PERSONAL and roles.may(request.role, "analyse"):
        items.append(Item("By mail", _with_source("mails", slug, source, page), key="more"))
    return items + [_more(slug, source, page)] * may_export


def _more(slug: str, source: str, page: PageQuery) -> Item:
    """Of the overview, the events behind it."""
    if source == "overview":
        return Item("All events, in the background", _with_source("exports", slug, "events", page), key="more")
    return Item("All rows, in the background", _with_source("exports", slug, source, page), key="more")


def _with_source(route: str, slug: str, source: str, page: PageQuery) -> str:
    return f"{reverse(route, args=[slug])}{page.url()}&{urlencode({'source': source})}"
