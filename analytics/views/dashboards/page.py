"""The state of a dashboard in its URL: period, comparison and filters on top of what the dashboard itself says.

What the dashboard says (and a link or an embed, for its readers) always holds and stands in no URL.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import QueryDict

from analytics import annotations
from analytics.dashboards import config, sharing
from analytics.models import Annotation, Dashboard, DashboardShare
from analytics.query import periods
from analytics.query.extent import is_new
from analytics.query.lookup import SavedOf
from analytics.query.model import Condition, Filter, Interval, Query, QueryError
from analytics.query.page import DEFAULTS, PageQuery
from analytics.query.parse import from_params
from analytics.query.trees import is_of_events
from analytics.views.reports.frame import ReportPage
from analytics.views.state import on_today, refusal

RATES = frozenset({"conversion_rate", "group_conversion_rate"})


@dataclass(frozen=True)
class DashboardPage(ReportPage):
    """`locked` conditions are part of every question; `ours` is the dashboard's own period and comparison."""

    locked: tuple[Condition, ...] = ()
    ours: tuple[tuple[str, str], ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()  # parameters that every link must carry: the token of an embed
    # Numbers of other customers must not show, not even within a rate.
    is_closed: bool = False
    is_outside: bool = False  # its reader is no member

    @property
    def usual(self) -> dict[str, str]:
        """What URLs leave out: what the dashboard itself says, unless it opens on another period."""
        said = DEFAULTS | dict(self.ours)
        return {name: value for name, value in said.items() if name != "period"} if self.is_new else said

    @cached_property
    def notes(self) -> list[Annotation]:
        """The shared ones: a dashboard looks the same for everybody."""
        return annotations.of_period(self.workspace, None, self.period)

    @cached_property
    def parameters(self) -> list[tuple[str, str]]:
        return [*super().parameters, *self.fixed]

    def query(
        self,
        *metrics: str,
        dimensions: tuple[str, ...] = (),
        filters: tuple[Condition, ...] = (),
        interval: Interval | None = None,
        **others: Any,
    ) -> Query:
        if self.is_closed and not RATES.isdisjoint(metrics) and is_of_events(self.locked):
            raise QueryError("A conversion rate is a part of all visitors, which this view does not show.")
        return super().query(
            *metrics, dimensions=dimensions, filters=self.locked + filters, interval=interval, **others
        )


@dataclass(frozen=True)
class Reading:
    """Who reads, beyond the dashboard itself: a link or an embed adds conditions, and may forbid to change anything."""

    locked: tuple[Condition, ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()
    may_change: bool = True
    is_closed: bool = False
    is_outside: bool = False


INSIDE = Reading()


def reading_of(share: DashboardShare, now: datetime, own: tuple[Condition, ...] = (), token: str = "") -> Reading:
    """Of a link; or of an embed, with what its token says. QueryError when a segment that the share locks is gone."""
    is_embed = share.kind == DashboardShare.Kind.EMBED
    return Reading(
        sharing.locked(share, now) + own,
        (("token", token),) if is_embed else (),
        share.may_change,
        is_closed=is_embed or bool(share.filters),
        is_outside=True,
    )


def read_state(
    dashboard: Dashboard, params: QueryDict, now: datetime, reading: Reading = INSIDE
) -> tuple[DashboardPage, str]:
    """The state in `params`; what makes no sense gives way to the dashboard's own, with a sentence about it.

    QueryError when the dashboard's own filters name a segment or cohort that is gone: without them it would show more.
    """
    new = _opens_on_today(dashboard, now)
    usual = on_today(QueryDict()) if new else QueryDict()
    given = (on_today(params) if new else params) if reading.may_change else usual
    try:
        page, error = read(dashboard, given, now, reading), ""
    except QueryError as refused:
        page = read(dashboard, usual, now, reading)
        error = refusal(refused, page)
    return replace(page, is_new=new), error


def _opens_on_today(dashboard: Dashboard, now: datetime) -> bool:
    """Whether the period that it says is over, and was before the first event came: it would stay empty all day."""
    key, workspace = dashboard.config["period"], dashboard.workspace
    is_over = periods.PRESETS[key].days is not None and periods.preset(key, now, workspace.timezone).end <= now
    return is_over and is_new(workspace, now)


def read(dashboard: Dashboard, params: QueryDict, now: datetime, reading: Reading = INSIDE) -> DashboardPage:
    """The same, but QueryError for what makes no sense."""
    workspace = dashboard.workspace
    saved = SavedOf(workspace, now)
    ours = {name: str(dashboard.config[name]) for name in ("period", "compare")}
    # Widgets have rules of their own: no profile, in none of them.
    state = replace(from_params(_completed(params, ours), workspace, now), profile="")
    if reading.is_closed and not all(isinstance(each, Filter) for each in state.filters):
        # What people did, or a cohort, is told by rows that this reader must not see.
        raise QueryError("Here a filter is a dimension and values, such as is,page,/pricing.", "filters")
    return DashboardPage(
        **{each.name: getattr(state, each.name) for each in fields(PageQuery)},
        saved=saved,
        workspace=workspace,
        locked=config.locked(dashboard.config, saved) + reading.locked,
        ours=tuple(ours.items()),
        fixed=reading.fixed,
        is_closed=reading.is_closed,
        is_outside=reading.is_outside,
    )


def _completed(params: QueryDict, ours: Mapping[str, str]) -> QueryDict:
    filled = params.copy()
    for name, value in ours.items():
        if not filled.get(name) and not (name == "period" and "from" in filled):
            filled[name] = value
    return filled
