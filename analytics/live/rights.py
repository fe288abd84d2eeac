"""Who may listen to live updates, asked when a socket opens and every few seconds after.

A page of ours shows its session; whoever cannot (a shared page, a program, a front end elsewhere) shows a ticket.
"""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from channels.db import database_sync_to_async
from django.conf import settings
from django.http.request import validate_host

from analytics.dashboards.access import seen_by
from analytics.live import tickets
from analytics.live.standing import Listener, allowed
from analytics.models import Dashboard
from workspaces.models import ENVIRONMENTS, Environment, Membership, Workspace

# In any thread: it must not queue behind a thousand pages that come back at once.
may_still_listen = database_sync_to_async(allowed, thread_sensitive=False)


def same_site(scope: dict[str, Any], also: str = "") -> bool:
    """Whether the page that opens the socket is ours, or of the origin `also`. Browsers send cookies along with foreign
    sockets too.

    Compared by host, not by port: the live process may answer on another port than the pages.
    """
    headers = dict(scope["headers"])
    given = headers.get(b"origin", b"").decode("latin-1")
    origin = urlsplit(given).hostname
    host = urlsplit("//" + headers.get(b"host", b"").decode("latin-1")).hostname
    named = [allowed for allowed in settings.ALLOWED_HOSTS if allowed != "*"]
    return origin is not None and (origin == host or validate_host(origin, named) or (given == also != ""))


@database_sync_to_async
def may_listen(scope: dict[str, Any]) -> Listener | None:
    """The listener, or None for strangers, foreign pages, unknown ids and unknown environments alike."""
    words = parse_qs(scope["query_string"].decode("latin-1"))
    uid, ticket = scope["url_route"]["kwargs"]["uid"], words.get("ticket", [""])[-1]
    listener = _by_ticket(scope, uid, ticket) if ticket else _by_session(scope, uid, words.get("env", ["live"])[-1])
    return listener if listener and allowed({listener}) else None


def _by_session(scope: dict[str, Any], uid: Any, environment: str) -> Listener | None:
    user = scope["user"]
    if not same_site(scope) or not user.is_authenticated or environment not in ENVIRONMENTS:
        return None
    key = scope["session"].session_key
    mine = Workspace.objects.filter(organization__memberships__user_id=user.pk)
    if workspace := mine.filter(uid=uid).first():
        return _listener(workspace, environment, user_id=user.pk, session_key=key)
    if dashboard := _dashboard(user, uid):
        found = dashboard.workspace
        return _listener(found, environment, dashboard_id=dashboard.pk, user_id=user.pk, session_key=key)
    return None


def _by_ticket(scope: dict[str, Any], uid: Any, text: str) -> Listener | None:
    """No cookie is at stake here: programs, which name no origin, are as welcome as pages that may use the ticket."""
    ticket = tickets.read(text)
    is_program = b"origin" not in dict(scope["headers"])
    if ticket is None or not (is_program or same_site(scope, ticket.origin)):
        return None
    dashboard = Dashboard.objects.select_related("workspace").filter(uid=uid, pk=ticket.dashboard_id).first()
    if dashboard is None:
        return None
    return _listener(
        dashboard.workspace,
        ticket.environment,
        dashboard_id=dashboard.pk,
        share_id=ticket.share_id,
        key_id=ticket.key_id,
        user_id=ticket.user_id,
        filters=json.dumps(ticket.filters) if ticket.share_id else "",
        token=ticket.token,
        ends_at=ticket.ends_at,
    )


def _dashboard(user: Any, uid: Any) -> Dashboard | None:
    found = Dashboard.objects.select_related("workspace").filter(uid=uid).first()
    if found is None:
        return None
    member = Membership.objects.filter(user_id=user.pk, organization_id=found.workspace.organization_id).first()
    seen = seen_by(user, member.role if member else None, found.workspace)
    return found if seen.filter(pk=found.pk).exists() else None


def _listener(workspace: Workspace, environment: str, **rests_on: Any) -> Listener:
    chosen: Environment = "test" if environment == "test" else "live"
    return Listener(workspace.dataset_id(chosen), workspace.organization_id, chosen, **rests_on)
