"""Who may listen to a workspace's live updates, asked when a socket opens and every few seconds after."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http.request import validate_host

from config.lib import clock
from workspaces.models import Membership, Workspace


@dataclass(frozen=True)
class Listener:
    """What a socket's right rests on: an unfinished session of a user who is a member of the organization."""

    dataset_id: int
    user_id: int
    organization_id: int
    session_key: str


def same_site(scope: dict[str, Any]) -> bool:
    """Whether the page that opens the socket is ours. Browsers send cookies along with foreign sockets too.

    Compared by host, not by port: the live process may answer on another port than the pages.
    """
    headers = dict(scope["headers"])
    origin = urlsplit(headers.get(b"origin", b"").decode("latin-1")).hostname
    host = urlsplit("//" + headers.get(b"host", b"").decode("latin-1")).hostname
    named = [allowed for allowed in settings.ALLOWED_HOSTS if allowed != "*"]
    return origin is not None and (origin == host or validate_host(origin, named))


@database_sync_to_async
def may_listen(scope: dict[str, Any], environment: str) -> Listener | None:
    """The listener, or None for strangers, unknown workspaces and unknown environments alike."""
    user = scope["user"]
    if not user.is_authenticated or environment not in ("live", "test"):
        return None
    mine = Workspace.objects.filter(organization__memberships__user_id=user.pk)
    workspace = mine.filter(uid=scope["url_route"]["kwargs"]["uid"]).first()
    if workspace is None:
        return None
    dataset_id = workspace.dataset_id("test" if environment == "test" else "live")
    return Listener(dataset_id, user.pk, workspace.organization_id, scope["session"].session_key)


@database_sync_to_async
def still_allowed(listeners: Iterable[Listener]) -> set[Listener]:
    """Those who are still signed in and still members: two queries, however many listen."""
    listeners = set(listeners)
    members = set(
        Membership.objects.filter(
            user_id__in={each.user_id for each in listeners},
            organization_id__in={each.organization_id for each in listeners},
            user__is_active=True,
        ).values_list("user_id", "organization_id")
    )
    keys = {each.session_key for each in listeners}
    sessions = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=clock.now()).values_list("session_key", flat=True)
    )
    return {
        each for each in listeners if (each.user_id, each.organization_id) in members and each.session_key in sessions
    }
