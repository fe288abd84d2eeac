"""The quarantine and the catalogue over HTTP.

GET   /api/v1/quarantine            what waits, by event and cause
POST  /api/v1/quarantine/preview    what a rule would do to it     {"schema_id": …, "event": …, "action": "cast", …}
POST  /api/v1/quarantine/rules      the same rule for good: for events to come, and for those that wait
POST  /api/v1/quarantine/replays    what fits its schema now is counted    {"schema_id": …, "event": …}
POST  /api/v1/quarantine/discard    what waits is thrown away              {…, "cause": "type:total"}
GET   /api/v1/catalogue             the events that were seen, with their properties
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from config.lib import clock
from config.lib.problems import Problem
from tracking import tasks
from tracking.api.asked import ENVIRONMENT, WORKSPACE
from tracking.api.quarantine_fields import (
    CauseSerializer,
    DiscardSerializer,
    PreviewSerializer,
    QuarantinedEventSerializer,
    ReplaySerializer,
    RuleSerializer,
    SeenSerializer,
)
from tracking.catalogue import watch
from tracking.models import EventSchema, Replay, SeenEvent
from tracking.quarantine import inbox, preview, replays, rules
from tracking.schemas import registry
from tracking.schemas.compiled import Rule
from tracking.store import StoreError, quarantine
from workspaces import audit
from workspaces.access import requested_workspace
from workspaces.environments import requested_environment
from workspaces.models import Environment, Workspace
from workspaces.roles import needs

READS, WRITES = needs("analyse"), needs("manage_schemas")
ABOUT = [WORKSPACE, ENVIRONMENT]


@extend_schema(tags=["Schemas"], operation_id="quarantine", responses=CauseSerializer(many=True), parameters=ABOUT)
@api_view(["GET"])
def waiting(request: Request) -> Response:
    """What waits in quarantine, by event and cause, the most frequent first."""
    workspace, environment = _asked(request, READS)
    with _store_needed():
        found: Any = quarantine.causes(workspace.dataset_id(environment), clock.now())
    return Response(CauseSerializer(found, many=True).data)


@extend_schema(tags=["Schemas"], request=RuleSerializer, responses=PreviewSerializer, parameters=ABOUT)
@api_view(["POST"])
def preview_rule(request: Request) -> Response:
    """What a rule would do to what waits. Nothing is changed."""
    workspace, environment = _asked(request, READS)
    schema, rule = _rule(request, workspace)
    with _store_needed():
        bench = replays.bench_of(workspace, environment, schema.name)
        seen = preview.preview(bench, schema.name, rule.event, rule, clock.now())
    return Response(PreviewSerializer(seen).data)


@extend_schema(tags=["Schemas"], request=RuleSerializer, responses={201: ReplaySerializer}, parameters=ABOUT)
@api_view(["POST"])
def add_rule(request: Request) -> Response:
    """The rule holds for events to come, and what waits and fits now is replayed."""
    workspace, environment = _asked(request, WRITES)
    schema, rule = _rule(request, workspace)
    _, replay = rules.add(schema, environment, rule, actor=request.user, now=clock.now())
    return _sent(replay)


@extend_schema(
    tags=["Schemas"], request=QuarantinedEventSerializer, responses={201: ReplaySerializer}, parameters=ABOUT
)
@api_view(["POST"])
def replay(request: Request) -> Response:
    """What waits and fits its schema now is counted."""
    workspace, environment = _asked(request, WRITES)
    given, now = _given(QuarantinedEventSerializer(data=request.data)), clock.now()
    _check_exists(workspace, environment, given, now)
    about = (workspace, environment, given["schema_id"], given["event"])
    return _sent(replays.start(*about, actor=request.user, now=now))


@extend_schema(tags=["Schemas"], request=DiscardSerializer, responses={204: None}, parameters=ABOUT)
@api_view(["POST"])
def discard(request: Request) -> Response:
    """What waits of an event, or of one cause of it, is thrown away."""
    workspace, environment = _asked(request, WRITES)
    given, now = _given(DiscardSerializer(data=request.data)), clock.now()
    _check_exists(workspace, environment, given, now)
    about = (given["schema_id"], given["event"], given.get("cause", ""))
    audit.record(
        workspace.organization, request.user, "quarantine.discard", inbox.said(*about), now=now, workspace=workspace
    )
    with _store_needed():
        quarantine.discard(workspace.dataset_id(environment), *about, now)
    return Response(status=204)


@extend_schema(tags=["Schemas"], operation_id="catalogue", responses=SeenSerializer(many=True), parameters=ABOUT)
@api_view(["GET"])
def catalogue(request: Request) -> Response:
    """The kinds of events that were seen, the most frequent first."""
    workspace, environment = _asked(request, READS)
    watch.is_up_to_date(workspace, environment, clock.now())  # and if not: what is known
    seen: Any = SeenEvent.objects.filter(workspace=workspace, environment=environment)
    return Response(SeenSerializer(seen.select_related("owner").prefetch_related("properties"), many=True).data)


def _asked(request: Request, needed: str) -> tuple[Workspace, Environment]:
    return requested_workspace(request, needed), requested_environment(request)


def _rule(request: Request, workspace: Workspace) -> tuple[EventSchema, Rule]:
    given = _given(RuleSerializer(data=request.data))
    schema = registry.find(workspace, given["schema_id"])
    if schema is None:
        raise Http404
    return schema, rules.cleaned(given["event"], given["action"], given.get("property", ""), given.get("argument"))


def _check_exists(workspace: Workspace, environment: Environment, given: dict[str, Any], now: datetime) -> None:
    """Http404 when there is no such schema, unless events still wait under its name: it was deleted after them."""
    if registry.find(workspace, given["schema_id"]):
        return
    with _store_needed():
        if not quarantine.count(workspace.dataset_id(environment), given["schema_id"], given["event"], now):
            raise Http404


def _given(body: Any) -> dict[str, Any]:
    body.is_valid(raise_exception=True)
    given: dict[str, Any] = body.validated_data
    return given


def _sent(made: Replay) -> Response:
    transaction.on_commit(lambda: tasks.run_replay.delay(made.pk))
    return Response(ReplaySerializer(made).data, status=201)


@contextmanager
def _store_needed() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise Problem(
            503, "store_unavailable", "The event store gives no answer now.", headers={"Retry-After": "5"}
        ) from error
