"""Conditions as a page edits them: they stand in its URL (`f=`), and dialogs add to them."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from analytics.query.condition_json import to_json
from analytics.query.model import Condition, QueryError
from analytics.query.page import PageQuery
from analytics.query.parse import conditions_of
from analytics.views import state
from analytics.views.toolbar import Toolbar, toolbar
from config.lib import clock
from workspaces.access import WorkspaceRequest


@dataclass(frozen=True)
class Editing:
    """`moved` is where to go on, after a dialog was sent."""

    page: PageQuery
    toolbar: Toolbar
    error: str = ""
    moved: str = ""

    @property
    def filters(self) -> list[Any]:
        return [to_json(each) for each in self.page.filters]


def edited(request: WorkspaceRequest) -> Editing:
    """The state of the URL, or the usual one with a sentence about what was wrong."""
    params, now = request.GET, clock.now()
    try:
        page = state.opened(params, request.workspace, now)
        if state.adds_condition(params):
            return Editing(page, toolbar(page), moved=state.with_new_filter(params, page).url())
        return Editing(page, toolbar(page))
    except QueryError as refused:
        usual = state.opened(QueryDict(), request.workspace, now)
        return Editing(usual, toolbar(usual), state.refusal(refused, usual))


def posted(request: WorkspaceRequest) -> list[Any]:
    """The conditions of a form, as JSON. QueryError."""
    found: tuple[Condition, ...] = conditions_of(request.POST, request.workspace, clock.now())
    return [to_json(each) for each in found]
