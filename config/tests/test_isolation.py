"""Every URL as the stranger: what belongs to Acme answers exactly as what does not exist (P20, F01).

The routes come from the URL map itself. A route that names an object must say here whose (OBJECTS), and a route
without objects what an outsider may expect of it (OPEN or SIGNED_IN): a new route that is not here fails the walk.
"""

import re
import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from analytics import cohorts, custom_metrics, segments
from analytics.tests.world import page_view, store_events
from config.lib.clock import now
from tracking import receipts
from tracking.containers import drafts, publishing
from tracking.models import Adaptor, Container
from workspaces import api_keys, members
from workspaces.models import Membership, Role, Workspace

METHODS = ("get", "post", "put", "patch", "delete")
# Everybody's: documentation, sign-in, health, and the doors where a key says who is there.
OPEN = re.compile(
    r"(health|readiness|metrics|api/schema/|api/docs/|api/redoc/|trackingscript\.js|nano\.js|docs/.*|accounts/.*|auth/.*"
    r"|tag/.*|s/.*|\^\(\?:tag.*"
    r"|invitations/.*|static/.*|robots\.txt|favicon\.ico"
    r"|api/(v1/)?(auth/(register|login|logout|callback)|collect|collect/(health|optimized|pixel\.gif)|events/(batch|ingest)))$"
)
# One's own account: a stranger is welcome to theirs; nothing in the address names an object of anybody.
SIGNED_IN = re.compile(
    r"(|welcome/|account/|workspaces/new/"
    r"|api/(v1/)?(auth/user|adaptors|containers|workspaces|organizations|tenants"
    r"|analytics/(query|metrics|events|export\.csv)"
    r"|analytics/(metrics/(dashboard|aggregated)|spend|sessions|people|accounts|web|attribution|revenue)"
    r"|analytics/(trends|saved-metrics|segmentation|segments|cohorts|receipt)"
    r"|analytics/(funnel|retention|lifecycle|stickiness|paths)"
    r"|events|events/stats|watermark|analytics/(process-events|config)))$"
)
NAMES_NOBODYS = {"details", "revisions"}  # the same everywhere; what stands before them in the route is somebody's
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, prefix + str(each.pattern))
        else:
            yield prefix + str(each.pattern)


ROUTES = sorted({route for route in routes(get_resolver().url_patterns) if not route.startswith("admin/")})
WITH_OBJECTS = [route for route in ROUTES if PARAMETER.search(route) and not OPEN.match(route)]


@pytest.fixture
def objects(event_store, acme: Workspace, owner, analyst) -> dict[str, str]:
    """Acme's things, by the part of the route that leads to them."""
    invited_by = Membership.objects.get(user=owner)
    invitation, _token = members.invite(invited_by, email="new@example.com", role=Role.VIEWER, now=now())
    key, _raw = api_keys.issue(acme, name="Website", actor=owner, now=now())
    membership = Membership.objects.get(user=analyst)
    container, adaptor = _container(acme, owner)
    return {
        "w/<slug>": acme.slug,
        "containers/<container_id>": container.public_id,
        "adaptors/<uid>": str(adaptor.uid),
        "revisions/<number>": "1",
        "o/<slug>": acme.organization.slug,
        "workspaces/<uid>": str(acme.uid),
        "organizations/<uid>": str(acme.organization.uid),
        "keys/<uid>": str(key.uid),
        "keys/<key_uid>": str(key.uid),
        "members/<uid>": str(membership.user.uid),
        "invitations/<uid>": str(invitation.uid),
        "details/<tab>": "page",
        **seen_things(acme),
        **saved_things(acme, owner),
        "receipts/<uid>": receipts.issue(acme.dataset_id(), 1_773_144_000_000, receipts.Counts(1, 0, 0)),
    }


def _container(acme: Workspace, owner: User) -> tuple[Container, Adaptor]:
    made = drafts.create(acme, actor=owner, now=now(), name="Shop")
    adaptor = drafts.add_adaptor(made, actor=owner, now=now(), name="shop", code="track('seen')")
    publishing.publish(made, actor=owner, now=now())
    return made, adaptor


def seen_things(acme: Workspace) -> dict[str, str]:
    """A person and a visit of Acme."""
    stored = store_events(acme.dataset_id(), [page_view("10:00")])
    person, visit = stored.events["person_id"][0], stored.events["session_id"][0]
    return {"people/<person>": str(person), "visits/<session_id>": str(visit)}


def saved_things(acme: Workspace, owner) -> dict[str, str]:
    """A segment, a cohort and a metric of Acme."""
    about = {"actor": owner, "now": now()}
    paying = [["is", "prop:plan", ["pro"]]]
    segment = segments.create(acme, name="Paying", filters=paying, **about)
    cohort = cohorts.create_living(acme, name="Paying", filters=paying, days=30, **about)
    metric = custom_metrics.create(acme, name="Visits", series=[{"metric": "visits"}], formula="A", **about)
    return {
        "segments/<uid>": str(segment.uid),
        "cohorts/<uid>": str(cohort.uid),
        "metrics/<uid>": str(metric.uid),
        "saved-metrics/<uid>": str(metric.uid),
    }


def addresses(route: str, objects: dict[str, str]) -> tuple[str, str]:
    """The route with Acme's objects in it, and with ones that do not exist."""
    own = missing = "/" + route
    for part, name in re.findall(r"(\w+)/<(?:\w+:)?(\w+)>", route):
        value = objects[f"{part}/<{name}>"]  # a KeyError here: tell the walk whose object the new route names
        absent = str(uuid.uuid4()) if name.endswith("uid") else "no-such-thing"
        absent = value if part in NAMES_NOBODYS else absent
        pattern = re.compile(rf"<(?:\w+:)?{name}>")
        own, missing = pattern.sub(value, own, count=1), pattern.sub(absent, missing, count=1)
    return own, missing


def answer(client: Client, method: str, address: str) -> tuple[int, str]:
    """Status and body, without what differs between any two requests."""
    response = client.generic(method.upper(), address, "" if method == "get" else "{}", "application/json")
    body = b"".join(response.streaming_content) if response.streaming else response.content
    text = body.decode().replace(address.strip("/"), "ADDRESS")
    text = re.sub(r'"request_id": "[0-9a-f]+"|[?&]next=[^"&]+|name="csrfmiddlewaretoken" value="\w+"', "", text)
    return response.status_code, re.sub(r"X-CSRFToken[^}]+", "", text)


def test_every_route_is_accounted_for():
    unknown = [
        route for route in ROUTES if not (PARAMETER.search(route) or OPEN.match(route) or SIGNED_IN.match(route))
    ]

    assert unknown == []


def walk(client: Client, objects: dict[str, str]) -> Iterator[tuple[str, tuple[int, str], tuple[int, str]]]:
    """(request, answer for what is Acme's, answer for what does not exist), for every route and method."""
    for route in WITH_OBJECTS:
        own, missing = addresses(route, objects)
        for method in METHODS:
            yield f"{method} {own}", answer(client, method, own), answer(client, method, missing)


def test_what_is_acmes_does_not_exist_for_the_stranger(as_stranger, objects):
    leaks = [request for request, acmes, nobodys in walk(as_stranger, objects) if acmes != nobodys]
    opened = [(request, acmes[0]) for request, acmes, _ in walk(as_stranger, objects) if acmes[0] not in {404, 405}]

    assert leaks == []
    assert opened == []


def test_who_is_not_signed_in_learns_nothing(anonymous, objects):
    leaks = [request for request, acmes, nobodys in walk(anonymous, objects) if acmes != nobodys]
    opened = [
        (request, acmes[0])
        for request, acmes, _ in walk(anonymous, objects)
        if acmes[0] not in {302, 401, 403, 404, 405}
    ]

    assert leaks == []
    assert opened == []


def test_the_owner_does_find_them(as_owner, objects):
    """Otherwise the two tests above would pass on addresses that lead nowhere."""
    found = [route for route in WITH_OBJECTS if answer(as_owner, "get", addresses(route, objects)[0])[0] != 404]

    assert found == WITH_OBJECTS


@pytest.mark.parametrize("path", ["query", "metrics", "events", "export.csv"])
def test_a_stranger_does_not_get_acmes_numbers_from_the_api(as_stranger, acme, path):
    method = "post" if path == "query" else "get"
    address = f"/api/v1/analytics/{path}?workspace="

    acmes = answer(as_stranger, method, address + str(acme.uid))
    nobodys = answer(as_stranger, method, address + str(uuid.uuid4()))

    assert acmes[0] == nobodys[0] == 404
    assert acmes[1] == nobodys[1]
