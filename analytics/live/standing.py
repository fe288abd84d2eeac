"""Whether those who listen still may: a handful of queries, however many they are."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import Q

from accounts.models import User
from analytics.models import Dashboard, DashboardAssignment, DashboardShare
from config.lib import clock
from workspaces.models import ApiKey, Environment, Membership
from workspaces.roles import may, role_of_key


@dataclass(frozen=True)
class Listener:
    """What a socket's right rests on: a person with an unfinished session or a ticket, a key, or a share."""

    dataset_id: int
    organization_id: int
    environment: Environment = "live"
    dashboard_id: int | None = None  # None: the overview of a workspace
    user_id: int | None = None
    session_key: str | None = None
    key_id: int | None = None
    share_id: int | None = None
    filters: str = ""  # of an embed's customer, as JSON
    token: str = ""  # of an embed
    ends_at: float | None = None  # seconds since 1970


def allowed(listeners: Iterable[Listener]) -> set[Listener]:
    """Those who may listen now."""
    everybody = set(listeners)
    people = {each for each in everybody if each.user_id is not None}
    shared = {each for each in everybody if each.share_id is not None}
    keyed = {each for each in everybody if each.key_id is not None}
    found = _people(people) | _shared(shared) | _keyed(keyed)
    dashboards = _alive(found)
    return {each for each in found if each.dashboard_id is None or each.dashboard_id in dashboards}


def _people(listeners: set[Listener]) -> set[Listener]:
    """Signed in, members, and of the dashboard a reader."""
    if not listeners:
        return set()
    roles = {
        (user_id, organization_id): role
        for user_id, organization_id, role in Membership.objects.filter(
            user_id__in={each.user_id for each in listeners},
            organization_id__in={each.organization_id for each in listeners},
            user__is_active=True,
        ).values_list("user_id", "organization_id", "role")
    }
    sessions = _sessions(listeners)
    present = {each for each in listeners if (each.user_id, each.organization_id) in roles}
    present = {each for each in present if each.session_key is None or each.session_key in sessions}
    build = {each for each in present if may(roles[each.user_id or 0, each.organization_id], "build_dashboards")}
    return {each for each in present if each.dashboard_id is None or each in build} | _readers(present - build)


def _sessions(listeners: set[Listener]) -> set[str]:
    """Those that have neither ended nor been left behind by a new password or a sign-out elsewhere."""
    owners = {each.session_key: each.user_id for each in listeners if each.session_key}
    people = User.objects.in_bulk(set(owners.values()))
    hashes = {user_id: user.get_session_auth_hash() for user_id, user in people.items()}
    alive = Session.objects.filter(session_key__in=owners, expire_date__gt=clock.now())
    return {
        each.session_key
        for each in alive
        if each.get_decoded().get(HASH_SESSION_KEY) == hashes.get(owners[each.session_key])
    }


def _readers(listeners: set[Listener]) -> set[Listener]:
    """Viewers of public dashboards and of those assigned to them."""
    asked = {each.dashboard_id for each in listeners if each.dashboard_id is not None}
    if not asked:
        return set()
    public = set(Dashboard.objects.filter(pk__in=asked, is_public=True).values_list("pk", flat=True))
    mine = DashboardAssignment.objects.filter(dashboard_id__in=asked, user_id__in={each.user_id for each in listeners})
    assigned = set(mine.values_list("dashboard_id", "user_id"))
    return {each for each in listeners if each.dashboard_id in public or (each.dashboard_id, each.user_id) in assigned}


def _shared(listeners: set[Listener]) -> set[Listener]:
    if not listeners:
        return set()
    now = clock.now()
    ahead = Q(expires_at=None) | Q(expires_at__gt=now)
    asked = DashboardShare.objects.filter(ahead, pk__in={each.share_id for each in listeners}, revoked_at=None)
    open_ones = set(asked.values_list("pk", "dashboard_id"))
    present = {each for each in listeners if each.ends_at is None or each.ends_at > now.timestamp()}
    return {each for each in present if (each.share_id, each.dashboard_id) in open_ones}


def _keyed(listeners: set[Listener]) -> set[Listener]:
    if not listeners:
        return set()
    now = clock.now()
    asked = ApiKey.objects.filter(pk__in={each.key_id for each in listeners}).select_related("workspace")
    good = {
        (key.pk, key.workspace.dataset_id("test" if key.environment == "test" else "live"))
        for key in asked
        if key.is_live(now) and role_of_key(key)
    }
    return {each for each in listeners if (each.key_id, each.dataset_id) in good}


def _alive(listeners: set[Listener]) -> set[int]:
    asked = {each.dashboard_id for each in listeners if each.dashboard_id is not None}
    return set(Dashboard.objects.filter(pk__in=asked).values_list("pk", flat=True)) if asked else set()
