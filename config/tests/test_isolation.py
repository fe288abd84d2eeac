"""Every URL as the stranger: what belongs to Acme answers exactly as what does not exist (P20, F01).

The routes come from the URL map itself. A route that names an object must say here whose (OBJECTS), and a route
without objects what an outsider may expect of it (OPEN or SIGNED_IN): a new route that is not here fails the walk.
"""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from analytics import annotations, cohorts, custom_metrics, saved_views, segments
from analytics.alerts import channels
from analytics.alerts import rules as alerts
from analytics.dashboards import making, sharing
from analytics.exports import jobs
from analytics.mails import schedule
from analytics.models import Export, ScheduledReport
from analytics.tests.world import page_view, store_events
from config.lib.clock import now
from config.testing.pictures import png
from tracking import erasure, other_keys, receipts
from tracking.containers import drafts, publishing
from tracking.forwarding import setup
from tracking.models import Adaptor, Container, Forwarding, OtherKey, SeenEvent
from tracking.quarantine import rules
from tracking.schemas import registry
from workspaces import api_keys, limits, logos, members
from workspaces.models import Limit, Membership, Role, Workspace

METHODS = ("get", "post", "put", "patch", "delete")
# Everybody's: documentation, sign-in, health, and the doors where a key says who is there.
OPEN = re.compile(
    r"(health|readiness|metrics|api/schema/|api/docs/|api/redoc/|trackingscript\.js|nano\.js|docs/.*|accounts/.*|auth/.*"
    r"|tag/.*|s/.*|\^\(\?:tag.*"
    # The addresses of other tools (tracking.api.vendors).
    r"|\^(v1/|array/|2/httpapi|identify|groupidentify|track|import|engage|groups|batch|mp/collect|api/(event|send|batch)"
    r"|\(\?:(capture|decide|matomo)\|).*"
    r"|invitations/.*|billing/stripe/|static/.*|robots\.txt|favicon\.ico"
    r"|exports/<str:token>/.*|mails/<str:token>/"
    r"|share/.*|embed/.*"  # who shows a link's secret or an embed's token
    r"|api/(v1/)?(auth/(register|login|logout|callback)|collect|collect/(health|optimized|pixel\.gif)|events/(batch|ingest)))$"
)
# One's own account: a stranger is welcome to theirs; nothing in the address names an object of anybody.
SIGNED_IN = re.compile(
    r"(|ui/analytics|welcome/|account/(delete/|sessions/end/)?|workspaces/new/"
    r"|api/(v1/)?(auth/user|adaptors|containers|destinations|schemas|catalogue|quarantine(/(preview|rules|replays|discard))?|workspaces|organizations|tenants"
    r"|analytics/(query|metrics|events|export\.csv|usage|quotas|rollup)"
    r"|analytics/(metrics/(dashboard|aggregated)|spend|sessions|people|accounts|web|attribution|revenue|realtime|profiles)"
    r"|analytics/(trends|saved-metrics|segmentation|segments|cohorts|receipt(/<slug:name>)?)"
    r"|grafana/(query|metrics|metric-payload-options|variable|tag-keys|tag-values)?"
    r"|erasures|exports|analytics/export\.(xlsx|json|parquet)"
    r"|analytics/(funnel|retention|lifecycle|stickiness|paths)"
    r"|alerts|channels|annotations"
    r"|billing/(usage|subscription|invoices|upgrade)"
    r"|dashboards|events|events/stats|watermark|analytics/(process-events|config)))$"
)
NAMES_NOBODYS = {
    "details",
    "revisions",
    "versions",
    "download",
    "add",
    "as",
}  # the same everywhere; what stands before them in the route is somebody's
# What a key that may only read may send without changing anything, and the notes that it may add (/docs/annotations/).
# Doors of events have tests of their own.
READING = re.compile(
    r"api/v1/(auth/.*|collect/.*|quarantine/preview|analytics/(query|trends|funnel|retention|lifecycle|stickiness|paths)"
    r"|analytics/(process-events|receipt/.*)|grafana/.*|dashboards/<uuid:uid>/live|annotations.*)$"
)
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, prefix + str(each.pattern))
        else:
            yield prefix + str(each.pattern)


ROUTES = sorted({route for route in routes(get_resolver().url_patterns) if not route.startswith("admin/")})
# A parameter of a route in SIGNED_IN names what is the same for everybody: a report.
WITH_OBJECTS = [
    route for route in ROUTES if PARAMETER.search(route) and not (OPEN.match(route) or SIGNED_IN.match(route))
]


@pytest.fixture
def objects(event_store, acme: Workspace, owner, analyst) -> dict[str, str]:
    """Acme's things, by the part of the route that leads to them."""
    invited_by = Membership.objects.get(user=owner)
    invitation, _token = members.invite(invited_by, email="new@example.com", role=Role.VIEWER, now=now())
    key, _raw = api_keys.issue(acme, name="Website", actor=owner, now=now())
    membership = Membership.objects.get(user=analyst)
    container, adaptor = _container(acme, owner)
    logos.set_logo(acme.organization, png(), actor=owner, now=now())
    return {
        "w/<slug>": acme.slug,
        "containers/<container_id>": container.public_id,
        "adaptors/<uid>": str(adaptor.uid),
        "other-keys/<uid>": str(_other_key(acme, owner).uid),
        "revisions/<number>": "1",
        **_schema_things(acme, owner),
        "destinations/<uid>": str(_destination(acme, owner).connection.uid),
        "new/<kind>": "log",
        "o/<slug>": acme.organization.slug,
        "limits/<uid>": str(_limit(acme, owner).uid),
        "workspaces/<uid>": str(acme.uid),
        "organizations/<uid>": str(acme.organization.uid),
        "keys/<uid>": str(key.uid),
        "keys/<key_uid>": str(key.uid),
        "members/<uid>": str(membership.user.uid),
        "invitations/<uid>": str(invitation.uid),
        "details/<tab>": "page",
        "download/<source>": "trends",
        "as/<file_format>": "csv",
        "erasures/<uid>": _erasure(acme, owner),
        "exports/<uid>": str(_export(acme, owner).uid),
        "mails/<uid>": str(_report_by_mail(acme, owner).uid),
        **seen_things(acme),
        **saved_things(acme, owner),
        **dashboard_things(acme, owner),
        **alert_things(acme, owner),
        "add/<kind>": "slack",
        "receipts/<uid>": receipts.issue(acme.dataset_id(), 1_773_144_000_000, receipts.Counts(1, 0, 0)),
    }


def _export(acme: Workspace, owner: User) -> Export:
    about = {"source": "events", "title": "Events", "file_format": "csv", "parameters": ""}
    return jobs.ask(acme, "live", actor=owner, now=now(), **about)


def _erasure(acme: Workspace, owner: User) -> str:
    return str(erasure.ask_person(acme, "live", 4711, actor=owner, now=now()).uid)


def _limit(acme: Workspace, owner: User) -> Limit:
    key, _ = api_keys.issue(acme, name="Limited", actor=owner, now=now())
    quota = limits.Quota("events", "day", 1000)
    return limits.set_limit(acme.organization, quota, actor=owner, now=now(), key=key, source=Limit.Source.OWN)


def _schema_things(acme: Workspace, owner: User) -> dict[str, str]:
    """A schema of Acme with a rule, and an event of its catalogue."""
    made = registry.create(acme, actor=owner, now=now(), name="shop", properties={"purchase": {"total": "number"}})
    rule = registry.add_rule(made, rules.cleaned("purchase", "drop", "total"), actor=owner, now=now())
    moments = {"first_seen": now(), "last_seen": now()}
    seen = SeenEvent.objects.create(workspace=acme, environment="live", type="custom", name="purchase", **moments)
    return {
        "schemas/<name>": made.name,
        "versions/<number>": "1",
        "rules/<uid>": str(rule.uid),
        "catalogue/<uid>": str(seen.uid),
    }


def _report_by_mail(acme: Workspace, owner: User) -> ScheduledReport:
    about: dict[str, Any] = {"source": "overview", "title": "Overview", "parameters": "", "every": "week"}
    about |= {"emails": [owner.email], "origin": "http://testserver", "role": Role.OWNER, "actor": owner, "now": now()}
    return schedule.create(acme, "live", **about)


def _container(acme: Workspace, owner: User) -> tuple[Container, Adaptor]:
    made = drafts.create(acme, actor=owner, now=now(), name="Shop")
    adaptor = drafts.add_adaptor(made, actor=owner, now=now(), name="shop", code="track('seen')")
    publishing.publish(made, actor=owner, now=now())
    return made, adaptor


def _other_key(acme: Workspace, owner: User) -> OtherKey:
    about = {"tool": "segment", "key": "W1rt3K3y", "host": "", "environment": "live"}
    return other_keys.claim(acme, actor=owner, now=now(), **about)


def _destination(acme: Workspace, owner: User) -> Forwarding:
    return setup.create(acme, "log", "Sandbox", {}, {}, actor=owner, now=now())


def seen_things(acme: Workspace) -> dict[str, str]:
    """A person and a visit of Acme."""
    stored = store_events(acme.dataset_id(), [page_view("10:00")])
    person, visit = stored.events["person_id"][0], stored.events["session_id"][0]
    return {"people/<person>": str(person), "visits/<session_id>": str(visit)}


def alert_things(acme: Workspace, owner: User) -> dict[str, str]:
    """An alert of Acme, the channel it tells, and a mark on the charts."""
    about = {"actor": owner, "now": now()}
    channel = channels.connect(acme, "slack", "#ops", {"url": "https://hooks.example.com/services/x"}, **about)
    asked = {"name": "Busy", "query": "visitors", "condition": "above", "threshold": 5}
    return {
        "alerts/<uid>": str(alerts.create(acme, channels=[channel], **asked, **about).uid),
        "channels/<uid>": str(channel.uid),
        "annotations/<uid>": str(annotations.create(acme, text="Release", **about).uid),
    }


def saved_things(acme: Workspace, owner) -> dict[str, str]:
    """A segment, a cohort, a metric and a view of Acme."""
    about = {"actor": owner, "now": now()}
    paying = [["is", "prop:plan", ["pro"]]]
    segment = segments.create(acme, name="Paying", filters=paying, **about)
    cohort = cohorts.create_living(acme, name="Paying", filters=paying, days=30, **about)
    metric = custom_metrics.create(acme, name="Visits", series=[{"metric": "visits"}], formula="A", **about)
    view = saved_views.keep(acme, name="Weekly", page="overview", state="?period=7d", is_shared=True, **about)
    return {
        "views/<uid>": str(view.uid),
        "segments/<uid>": str(segment.uid),
        "cohorts/<uid>": str(cohort.uid),
        "metrics/<uid>": str(metric.uid),
        "saved-metrics/<uid>": str(metric.uid),
    }


def dashboard_things(acme: Workspace, owner) -> dict[str, str]:
    """A dashboard of Acme with a widget and a link."""
    widgets = [{"id": "visitors", "kind": "number"}]
    dashboard = making.create(acme, name="Board", config={"widgets": widgets}, actor=owner, now=now())
    share = sharing.create(dashboard, kind="link", name="Link", actor=owner, now=now())
    return {
        "dashboards/<uid>": str(dashboard.uid),
        "widgets/<widget>": "visitors",
        "share/<share_uid>": str(share.uid),
        "shares/<share_uid>": str(share.uid),
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
    text = body.decode("utf-8", "replace").replace(address.strip("/"), "ADDRESS")
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
    answers = list(walk(as_stranger, objects))
    leaks = [request for request, acmes, nobodys in answers if acmes != nobodys]
    opened = [(request, acmes[0]) for request, acmes, _ in answers if acmes[0] not in {404, 405}]

    assert leaks == []
    assert opened == []


def test_a_key_that_may_only_read_changes_nothing(acme, owner, objects):
    """Every address of the API that takes a change refuses the key, whatever stands in the body."""
    _, raw = api_keys.issue(acme, name="Reports", actor=owner, now=now(), kind="secret", permissions=["read"])
    client, told = Client(headers={"X-API-Key": raw}), {}
    for route in (each for each in ROUTES if each.startswith("api/v1/") and not READING.match(each)):
        own, _missing = addresses(route, objects)
        for method in METHODS[1:]:
            sent = client.generic(method.upper(), own, '{"name": "shop", "code": "1"}', "application/json")
            told[f"{method} {route}"] = sent.status_code

    assert {request: status for request, status in told.items() if status not in {403, 405}} == {}
    assert told["post api/v1/alerts/<uuid:uid>/test"] == told["put api/v1/analytics/segments/<uuid:uid>"] == 403


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
