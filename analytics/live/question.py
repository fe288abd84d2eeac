"""What a page of a dashboard shows, as far as numbers go: pages that ask the same are answered together.

Everything that the answer depends on stands in the question, so nobody can be told what others with other rights see:
dashboard, share, what the share's reader is narrowed to, and the page's own state.
"""

import json
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict

from analytics.live.standing import Listener
from analytics.models import Dashboard, DashboardShare
from analytics.query.condition_json import from_list
from analytics.query.lookup import SavedOf
from analytics.views.dashboards.page import INSIDE, DashboardPage, Reading, read_state, reading_of
from config.lib import clock

NO_STATE = ("ticket", "env", "parts")  # parameters of a socket's address alone
OF_MEMBERS = ("bots",)  # readers of a share see what counts


@dataclass(frozen=True)
class Asked:
    dataset_id: int
    dashboard_id: int
    share_id: int | None
    filters: str  # of an embed's customer, as JSON
    state: str  # the page's parameters
    token: str = ""  # of an embed, where the answer has links: all of them carry it


def asked(listener: Listener, query: str) -> Asked | None:
    """None for an overview, which has no figures of its own."""
    if listener.dashboard_id is None:
        return None
    dropped = NO_STATE + (OF_MEMBERS if listener.share_id else ())
    own = [pair for pair in parse_qsl(query) if pair[0] not in dropped]
    state = urlencode([*own, ("env", listener.environment)])
    return Asked(listener.dataset_id, listener.dashboard_id, listener.share_id, listener.filters, state)


def dashboard_of(question: Asked) -> Dashboard | None:
    return Dashboard.objects.select_related("workspace__organization").filter(pk=question.dashboard_id).first()


def page_of(question: Asked, dashboard: Dashboard) -> DashboardPage:
    """QueryError where a segment that the dashboard or the share names is gone."""
    return read_state(dashboard, QueryDict(question.state), clock.now(), _reading(question, dashboard))[0]


def _reading(question: Asked, dashboard: Dashboard) -> Reading:
    """What a share locks holds here too."""
    if question.share_id is None:
        return INSIDE
    now = clock.now()
    share = DashboardShare.objects.select_related("dashboard__workspace").get(pk=question.share_id)
    own = from_list(json.loads(question.filters or "[]"), SavedOf(dashboard.workspace, now))
    return reading_of(share, now, own, question.token)
