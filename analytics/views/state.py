"""What the URL of an overview says: the engine's PageQuery, and which tab each panel shows."""

from dataclasses import dataclass, fields
from datetime import datetime

from django.http import QueryDict

from analytics import countries
from analytics.query.filter_text import checked
from analytics.query.model import QueryError
from analytics.query.page import PageQuery
from analytics.query.parse import from_params
from analytics.views.panels import chosen_tabs
from workspaces.models import Workspace


@dataclass(frozen=True)
class PageState(PageQuery):
    """Links made from it keep the tabs too. `tabs` holds those that differ from a panel's first: (panel, tab)."""

    tabs: tuple[tuple[str, str], ...] = ()

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return [*super().parameters, *self.tabs]

    @property
    def includes_now(self) -> bool:
        return self.period.start <= self.now < self.period.end


def read(params: QueryDict, workspace: Workspace, now: datetime) -> PageState:
    """The state that `params` asks for. QueryError says what is wrong with it."""
    page = from_params(params, workspace, now)
    known = {each.name: getattr(page, each.name) for each in fields(page)}
    return PageState(**known, tabs=tuple(chosen_tabs(params).items()))


def read_or_usual(params: QueryDict, workspace: Workspace, now: datetime) -> tuple[PageState, str]:
    """The same, but a state that makes no sense gives the usual page and a sentence about what was wrong."""
    try:
        return read(params, workspace, now), ""
    except QueryError as error:
        return read(QueryDict(), workspace, now), str(error)


def with_new_filter(params: QueryDict, page: PageState) -> PageQuery:
    """The page narrowed by what the filter builder sent: ?dimension=page&operator=contains&value=docs|blog."""
    words = [word.strip() for word in str(params.get("value", "")).split("|")]
    dimension, operator = str(params["dimension"]), str(params.get("operator", "is"))
    if dimension == "country" and operator in ("is", "is_not"):
        words = [code for word in words for code in _codes(word)]
    given = checked(operator, dimension, tuple(words))
    return page.with_filter(given.dimension, *given.values, operator=given.operator)


def _codes(word: str) -> tuple[str, ...]:
    """A country's code for its name; a code stays what it is."""
    return (word,) if word in countries.names() else countries.codes_of(word) or (word,)
