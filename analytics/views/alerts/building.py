"""The builder: a rule as a sentence, and beside it what the number is now. A change of the sentence asks again."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods

from analytics.alerts import channels, question, rules, words
from analytics.models import AlertRule, SavedMetric
from analytics.query.catalogue import METRICS
from analytics.query.model import Query, QueryError
from analytics.query.parse import from_params
from analytics.reports.names import event_names
from analytics.reports.trends import LETTERS, Custom
from analytics.views import state
from analytics.views.alerts import draft as drafts
from analytics.views.alerts.detail import rule_of
from analytics.views.alerts.draft import Draft
from analytics.views.alerts.preview import Preview, preview
from analytics.views.reports.trends_result import series_said
from analytics.views.said import said
from analytics.views.toolbar import toolbar
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from config.lib.problems import Problem
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.models import Connection, Workspace
from workspaces.roles import needs

BUILDS = needs("analyse")
WINDOWS = (5, 10, 15, 30, 60, 180, 360, 720, 1440, 2880, 10_080, 40_320)
LASTING = (0, 2, 5, 10, 15, 30, 60, 180)
MARGINS = (0, 5, 10, 20, 50)
MOST_A_DAY = (1, 2, 3, 5, 10)
DAY_NAMES = {"mon": "Mo", "tue": "Tu", "wed": "We", "thu": "Th", "fri": "Fr", "sat": "Sa", "sun": "Su"}
UNITS = {"percent": "%", "ms": "ms", "seconds": "s"}
Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class Word:
    text: str
    remove_href: str


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view(needs=BUILDS)
@says_when_unavailable
def new(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return _build(request, slug, None)


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view(needs=BUILDS)
@says_when_unavailable
def edit(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    rule = rule_of(request, uid)
    if request.method == "POST" or request.GET:
        return _build(request, slug, rule)
    try:
        return redirect(request.path + drafts.of_rule(rule, clock.now()).url())
    except QueryError:
        messages.error(request, "What this alert watched is gone. Choose anew what it should watch.")
        return redirect(f"{request.path}?m=visitors")


def _build(request: WorkspaceRequest, slug: str, rule: AlertRule | None) -> HttpResponse:
    params, now, error = (request.POST if request.method == "POST" else request.GET), clock.now(), ""
    try:
        draft = drafts.read(params, request.workspace, now)
        if state.adds_condition(request.GET):
            return redirect(request.path + draft.with_condition(state.new_condition(request.GET)).url())
        if request.method == "POST":
            saved = _save(request, rule, draft, now)
            messages.success(request, f"{saved.name} is watched from now on, every half minute.")
            return redirect("alert", slug, saved.uid)
    except (QueryError, Problem) as refused:
        error = refused.on_pages if isinstance(refused, QueryError) else refused.detail
        draft = _kept(params, request.workspace, now)
    response = render(request, "analytics/alerts/builder.html", _context(request, rule, draft, error, now))
    patch_vary_headers(response, ["HX-Request"])
    if request.headers.get("HX-Request"):
        response.headers["HX-Push-Url"] = request.path + draft.url()  # the one way to write this state
    return response


def _kept(params: QueryDict, workspace: Workspace, now: datetime) -> Draft:
    """What was typed, where only a number was wrong; the usual where the question makes no sense."""
    try:
        return drafts.read(params, workspace, now)
    except QueryError:
        return drafts.read(QueryDict("asked=1&resolved=1&me=1"), workspace, now)


def _save(request: WorkspaceRequest, rule: AlertRule | None, draft: Draft, now: datetime) -> AlertRule:
    fields = draft.fields()
    with transaction.atomic():  # a channel made for a rule that is refused is gone with it
        return _saved(request, rule, draft, fields, now)


def _saved(
    request: WorkspaceRequest, rule: AlertRule | None, draft: Draft, fields: dict[str, Any], now: datetime
) -> AlertRule:
    told = [each for each in channels.of(request.workspace) if str(each.uid) in draft.lists["ch"]]
    if draft.flags["me"]:
        told.append(channels.mail_to(request.workspace, request.user, now))
    if rule is None:
        return rules.create(request.workspace, actor=request.user, now=now, channels=told, **fields)
    return rules.change(rule, actor=request.user, now=now, channels=told, **fields)


def _context(
    request: WorkspaceRequest, rule: AlertRule | None, draft: Draft, error: str, now: datetime
) -> dict[str, Any]:
    workspace, env = request.workspace, draft.texts["env"]
    page = from_params(QueryDict(f"env={'test' if env == 'test' else 'live'}"), workspace, now)
    seen, why = _preview(workspace, draft, now)
    every = list(channels.of(workspace))
    mine = _mine(request, every)
    return {
        "rule": rule,
        "draft": draft,
        "texts": draft.texts,
        "error": error,
        "metrics": _metrics(workspace),
        "metric": draft.series.metric if draft.series else _saved_word(draft),
        "events": _events(page.query(), draft, now),
        "words": [Word(said(each), draft.without(each).url()) for each in draft.others],
        "conditions": [value for name, value in drafts.question_parameters(draft) if name == "f"],
        "fixed": [] if draft.is_simple else _fixed(draft),
        "question": drafts.question_parameters(draft),
        "choices": AlertRule.Condition.choices,
        "directions": AlertRule.Direction.choices,
        "againsts": AlertRule.Against.choices,
        "windows": _lengths(WINDOWS, draft.texts["window"]),
        "lasting": [("0", "at once"), *_lengths(LASTING[1:], draft.texts["for"], "after ")],
        "margins": [(str(each), f"{each} %" if each else "none") for each in MARGINS],
        "mosts": _mosts(draft.texts["most"]),
        "unit": "%" if draft.texts["condition"] == "change" else UNITS.get(draft.asked.unit, ""),
        "channels": [(each, _is_chosen(each, draft, mine)) for each in every],
        "mine": mine,
        "days": list(DAY_NAMES.items()),
        "preview": seen,
        "why": why,
        "toolbar": replace(toolbar(page), state=draft.parameters),  # for the dialogs, which add a condition to it
    }


def _preview(workspace: Workspace, draft: Draft, now: datetime) -> tuple[Preview | None, str]:
    """What the draft would say; a sentence where it is not complete."""
    is_complete = bool(draft.texts["threshold"].strip()) or draft.texts["condition"] in ("anomaly", "absence")
    known = draft if is_complete else replace(draft, texts=draft.texts | {"threshold": "1"})
    try:
        rule = AlertRule(workspace=workspace, **known.fields() | {"name": "New alert"})
        rules.check(rule)
        rules.check_askable(rule, draft.asked, now)
        return preview(rule, now, is_complete), ""
    except Problem as refused:
        return None, refused.detail
    except QueryError as refused:
        return None, refused.on_pages


def _metrics(workspace: Workspace) -> Choices:
    saved = SavedMetric.objects.filter(workspace=workspace)
    own = [(name, each.label) for name, each in METRICS.items() if name not in question.INSTEAD]
    return [*own, *((f"saved,{each.uid}", each.name) for each in saved)]


def _saved_word(draft: Draft) -> str:
    first = draft.asked.series[0]
    return first.text if draft.is_simple and isinstance(first, Custom) else ""


def _events(query: Query, draft: Draft, now: datetime) -> Choices:
    found = event_names(query, now)
    if draft.event and draft.event not in found:
        found = [draft.event, *found]
    return [("", "any event"), *((each, each) for each in found)]


def _fixed(draft: Draft) -> list[tuple[str, str]]:
    return [(letter, series_said(each)) for letter, each in zip(LETTERS, draft.asked.series, strict=False)]


def _mosts(chosen: str) -> Choices:
    """The usual numbers, and whichever a program may have set."""
    numbers = sorted({*MOST_A_DAY, *([int(chosen)] if chosen.isdecimal() else [])})
    return [("", "as often as it fires"), *((str(each), f"{each}× in 24 hours") for each in numbers)]


def _lengths(usual: tuple[int, ...], given: str, before: str = "") -> Choices:
    own = {int(given)} if given.isascii() and given.isdecimal() and 0 < int(given) < 100_000 else set()
    return [(str(each), before + words.length(each)) for each in sorted({*usual, *own})]


def _is_chosen(channel: Connection, draft: Draft, mine: Connection | None) -> bool:
    return str(channel.uid) in draft.lists["ch"] or (draft.flags["me"] and channel == mine)


def _mine(request: WorkspaceRequest, every: list[Connection]) -> Connection | None:
    """The channel to this person, where there is one: it stands in the list, and "Me" need not."""
    own = (each for each in every if each.kind == "email" and each.configuration.get("to") == request.user.email)
    return next(own, None)
