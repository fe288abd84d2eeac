"""The quarantine in the product: what waits, why, what a rule would do about it, and the replay."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from config.lib import clock
from config.lib.problems import Problem
from tracking import tasks
from tracking.forms_schemas import RuleForm
from tracking.models import EventSchema, Replay
from tracking.quarantine import inbox, preview, replays, rules
from tracking.quarantine.repair import Bench
from tracking.schemas import registry
from tracking.store import StoreError, quarantine
from workspaces import audit
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.forms import refusals_in
from workspaces.models import Environment
from workspaces.roles import needs

READS, EDITS = needs("analyse"), needs("manage_schemas")
LISTED = 5
LONGEST = 300


class Place:
    """Which events a page is about: ?schema=…&event=…&env=test, and &cause=… within them."""

    def __init__(self, request: WorkspaceRequest, params: QueryDict) -> None:
        self.workspace = request.workspace
        self.environment: Environment = "test" if params.get("env") == "test" else "live"
        self.schema, self.event, self.cause = (_text(params, name) for name in ("schema", "event", "cause"))
        self.dataset_id = request.workspace.dataset_id(self.environment)

    def bench(self) -> Bench:
        return replays.bench_of(self.workspace, self.environment, self.schema)

    def url(self, route: str = "quarantine_event", cause: str = "") -> str:
        about = {"schema": self.schema, "event": self.event, "cause": cause}
        about["env"] = "test" if self.environment == "test" else ""
        query = urlencode({name: value for name, value in about.items() if value})
        return f"{reverse(route, args=[self.workspace.slug])}?{query}"


def _text(params: QueryDict, name: str) -> str:
    return params.get(name, "").replace("\0", "")[:LONGEST]


@workspace_view(needs=READS)
@require_safe
def quarantine_inbox(request: WorkspaceRequest, slug: str) -> HttpResponse:
    place = Place(request, request.GET)
    context: dict[str, Any] = {"environment": place.environment, "has_schemas": _has_schemas(request)}
    try:
        context["groups"] = inbox.groups(place.dataset_id, clock.now())
    except StoreError:
        context["is_away"] = True
    return render(request, "tracking/quarantine.html", context)


@workspace_view(needs=READS)
@require_safe
def quarantine_event(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """The events of one name: causes, samples, the rule that suggests itself, replays."""
    place = Place(request, request.GET)
    try:
        context = _event_context(place)
    except StoreError:
        context = {"is_away": True}
    wanted = {"environment": place.environment, "schema_name": place.schema, "event": place.event}
    runs = Replay.objects.filter(workspace=request.workspace, **wanted)[:LISTED]
    return render(request, "tracking/quarantine_event.html", {"place": place, "replays": runs, **context})


@workspace_view(needs=READS)
@require_safe
def quarantine_preview(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """What the rule in the form would do to what waits."""
    place = Place(request, request.GET)
    bench = place.bench()
    form = _form(place, bench, request.GET)
    try:
        rule = rules.cleaned(place.event, *form.rule()) if form.is_valid() else None
        seen = rule and preview.preview(bench, place.schema, place.event, rule, clock.now(), place.cause)
        context = {"preview": seen, "problem": "" if rule else "Say what to do, and with which property."}
    except Problem as problem:
        context = {"problem": problem.detail}
    except StoreError:
        context = {"problem": "The event store gives no answer now."}
    return render(request, "tracking/_quarantine_preview.html", context)


@workspace_view(needs=EDITS)
@require_POST
def quarantine_rule(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Applies the rule to what comes, and replays what waits."""
    place = Place(request, request.POST)
    schema = _schema(request, place)
    form = _form(place, place.bench(), request.POST)
    if form.is_valid():
        with refusals_in(form):
            rule = rules.cleaned(place.event, *form.rule())
            _, replay = rules.add(schema, place.environment, rule, actor=request.user, now=clock.now())
            _send(replay)
            messages.success(request, "The rule holds within five seconds. What waited and fits now is being replayed.")
            return redirect(place.url())
    said = " ".join(str(error) for errors in form.errors.values() for error in errors)
    messages.error(request, said or "Say what to do.")
    return redirect(place.url(cause=place.cause))


@workspace_view(needs=EDITS)
@require_POST
def quarantine_replay(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Checks what waits again, with the schema and the rules of now."""
    place = Place(request, request.POST)
    about = (place.workspace, place.environment, place.schema, place.event)
    _send(replays.start(*about, actor=request.user, now=clock.now()))
    messages.success(request, "What fits its schema now is being replayed.")
    return redirect(place.url())


@workspace_view(needs=EDITS)
@require_POST
def quarantine_discard(request: WorkspaceRequest, slug: str) -> HttpResponse:
    place = Place(request, request.POST)
    said = inbox.said(place.schema, place.event, place.cause)
    workspace = request.workspace
    audit.record(workspace.organization, request.user, "quarantine.discard", said, now=clock.now(), workspace=workspace)
    return _acted(
        request,
        place,
        lambda: quarantine.discard(place.dataset_id, place.schema, place.event, place.cause, clock.now()),
        "Discarded. They are counted nowhere.",
    )


def _acted(request: WorkspaceRequest, place: Place, act: Callable[[], None], said: str) -> HttpResponse:
    try:
        act()
        messages.success(request, said)
    except StoreError:
        messages.error(request, "The event store gives no answer now. Try again in a moment.")
    return redirect(place.url("quarantine"))


def _event_context(place: Place) -> dict[str, Any]:
    now = clock.now()
    group = next(
        (
            each
            for each in inbox.groups(place.dataset_id, now)
            if (each.schema_name, each.event) == (place.schema, place.event)
        ),
        None,
    )
    if group is None:
        return {"group": None}
    bench = place.bench()
    cause = place.cause or group.causes[0].cause
    seen = inbox.samples(place.dataset_id, place.schema, place.event, cause, now)
    initial = inbox.suggestion(group, cause, bench.schema, seen)
    names = sorted({name for sample in seen for name in sample.properties})
    return {
        "group": group,
        "cause": cause,
        "samples": seen,
        "names": names,
        "has_schema": bench.schema is not None,
        "is_known": bench.checks(place.event) is not None,
        "form": _form(place, bench, None, initial) if bench.schema else None,
        "fits_now": preview.preview(bench, place.schema, place.event, None, now).fits,
    }


def _form(place: Place, bench: Bench, data: Any, initial: dict[str, str] | None = None) -> RuleForm:
    checks = bench.checks(place.event)
    kinds = {demand.name: demand.kind for demand in checks.demands} if checks else {}
    return RuleForm(data, initial=initial, kinds=kinds)


def _schema(request: WorkspaceRequest, place: Place) -> EventSchema:
    found = registry.find(request.workspace, place.schema)
    if found is None:
        raise Http404
    return found


def _send(replay: Replay) -> None:
    transaction.on_commit(lambda: tasks.run_replay.delay(replay.pk))


def _has_schemas(request: WorkspaceRequest) -> bool:
    return registry.of_workspace(request.workspace).exists()
