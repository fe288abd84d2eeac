"""What the URL of an overview says: the engine's PageQuery, and which tab each panel shows."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cached_property

from django.http import QueryDict

from analytics import countries
from analytics.query.condition_limits import checked_days, checked_times
from analytics.query.extent import is_new
from analytics.query.filter_text import checked
from analytics.query.model import Condition, Did, Filter, Not, QueryError
from analytics.query.page import PageQuery
from analytics.query.parse import from_params
from analytics.views import spans
from analytics.views.panels import chosen_tabs
from workspaces.models import Workspace


@dataclass(frozen=True)
class PageState(PageQuery):
    """Links made from it keep the tabs too. `tabs` holds those that differ from a panel's first: (panel, tab)."""

    tabs: tuple[tuple[str, str], ...] = ()

    @cached_property
    def parameters(self) -> list[tuple[str, str]]:
        return [*super().parameters, *self.tabs]

    @property
    def includes_now(self) -> bool:
        return self.period.start <= self.now < self.period.end


def read(params: QueryDict, workspace: Workspace, now: datetime) -> PageState:
    """The state that `params` asks for. QueryError says what is wrong with it."""
    page = opened(params, workspace, now)
    known = {each.name: getattr(page, each.name) for each in fields(page)}
    return PageState(**known, tabs=tuple(chosen_tabs(params).items()))


def opened(params: QueryDict, workspace: Workspace, now: datetime) -> PageQuery:
    """The page of `params`. The usual period ends with yesterday: in a new workspace it would stay empty all day, so
    there a page opens on today, and its links name every period."""
    new = is_new(workspace, now)
    return replace(from_params(on_today(params) if new else params, workspace, now), is_new=new)


def on_today(params: QueryDict) -> QueryDict:
    """The same, of today where they name no period."""
    named = params.copy()
    if not (params.get("period") or "from" in params):
        named["period"] = "day"
    return named


def read_or_usual(params: QueryDict, workspace: Workspace, now: datetime) -> tuple[PageState, str]:
    """The same, but a state that makes no sense gives the usual page and a sentence about what was wrong."""
    try:
        return read(params, workspace, now), ""
    except QueryError as error:
        page = read(QueryDict(), workspace, now)
        return page, refusal(error, page)


def refusal(error: QueryError, instead: PageQuery) -> str:
    """What was wrong, and where it was the range of days, which period the numbers are of."""
    if error.field not in ("from", "to"):
        return error.on_pages
    return f"{error.on_pages} Shown instead: {spans.label(instead.period)}."


def adds_condition(params: QueryDict) -> bool:
    """A dialog of the toolbar was sent: a filter, or what people did."""
    return "dimension" in params or "did_event" in params


def with_new_filter(params: QueryDict, page: PageQuery) -> PageQuery:
    """The page narrowed by what a dialog sent. QueryError."""
    return page.with_condition(new_condition(params))


def new_condition(params: QueryDict) -> Condition:
    """?dimension=page&operator=contains&value=docs|blog or ?did=not&did_event=signup&did_times=2&did_days=30"""
    return _new_filter(params) if "dimension" in params else _new_did(params)


def _new_filter(params: QueryDict) -> Filter:
    words = [word.strip() for word in str(params.get("value", "")).split("|")]
    dimension, operator = str(params["dimension"]), str(params.get("operator", "is"))
    if dimension == "country" and operator in ("is", "is_not"):
        words = [code for word in words for code in _codes(word)]
    return checked(operator, dimension, tuple(words))


def _new_did(params: QueryDict) -> Condition:
    name, days = str(params.get("did_event", "")).strip(), str(params.get("did_days", "")).strip()
    about = (Filter("event", "is", (name,)),) if name else ()
    did = Did(about, checked_times(params.get("did_times") or "1"), checked_days(days) if days else None)
    return Not(did) if params.get("did") == "not" else did


def _codes(word: str) -> tuple[str, ...]:
    """A country's code for its name; a code stays what it is."""
    return (word,) if word in countries.names() else countries.codes_of(word) or (word,)
