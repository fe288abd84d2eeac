"""The figures of a dashboard as its sockets tell them: asked once for all pages that look at the same state."""

import json
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict

from analytics.dashboards import sharing
from analytics.live.standing import Listener
from analytics.models import Dashboard, DashboardShare
from analytics.query.condition_json import from_list
from analytics.query.lookup import SavedOf
from analytics.query.model import QueryError
from analytics.views.dashboards import board
from analytics.views.dashboards.page import INSIDE, Reading, read_state
from config.lib import clock

Figures = dict[str, tuple[float | None, str]]


@dataclass(frozen=True)
class Asked:
    """A dashboard and the state of a page: pages that ask the same are answered together."""

    dashboard_id: int
    share_id: int | None
    filters: str  # of an embed's customer, as JSON
    state: str  # the page's parameters


def asked(listener: Listener, query: str) -> Asked | None:
    """None for an overview, which has no figures of its own."""
    if listener.dashboard_id is None:
        return None
    own = [pair for pair in parse_qsl(query) if pair[0] not in ("ticket", "env")]
    return Asked(
        listener.dashboard_id, listener.share_id, listener.filters, urlencode([*own, ("env", listener.environment)])
    )


def figures(question: Asked) -> Figures:
    """Empty where the dashboard, or a segment that it names, is gone. Errors of the store."""
    dashboard = Dashboard.objects.select_related("workspace__organization").filter(pk=question.dashboard_id).first()
    if dashboard is None or not any(each["kind"] == "number" for each in dashboard.config["widgets"]):
        return {}
    try:
        page, _ = read_state(dashboard, QueryDict(question.state), clock.now(), _reading(question, dashboard))
        return board.figures(page, dashboard)
    except QueryError:
        return {}


def _reading(question: Asked, dashboard: Dashboard) -> Reading:
    """What a share locks holds for its figures too."""
    if question.share_id is None:
        return INSIDE
    now = clock.now()
    share = DashboardShare.objects.select_related("dashboard__workspace").get(pk=question.share_id)
    own = from_list(json.loads(question.filters or "[]"), SavedOf(dashboard.workspace, now))
    is_closed = bool(share.filters) or share.kind == DashboardShare.Kind.EMBED
    return Reading(sharing.locked(share, now) + own, may_change=share.may_change, is_closed=is_closed)
