"""The cohorts of a workspace: what there is, who is in one; its list, its copy, its end."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from analytics import cohorts
from analytics.exports import csv_lines
from analytics.models import Cohort
from analytics.query.condition_json import from_list
from analytics.query.lookup import cohort_of
from analytics.reports import people_of
from analytics.views.reports import members
from analytics.views.reports.tables import Table
from analytics.views.said import all_said
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from config.lib.problems import Problem
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.models import Environment
from workspaces.roles import needs

BUILDS = needs("analyse")
SHOWN = 50


@require_safe
@workspace_view(needs="viewer")
@says_when_unavailable
def listed(request: WorkspaceRequest, slug: str) -> HttpResponse:
    found = list(Cohort.objects.filter(workspace=request.workspace).select_related("created_by"))
    living = [each for each in found if each.kind == Cohort.Kind.LIVING]
    sizes = dict(zip((each.pk for each in living), _sizes(request, living), strict=True))
    rows = [(each, said_of(each), sizes.get(each.pk, each.size), _seen_through(slug, each)) for each in found]
    return render(request, "analytics/saved/cohorts.html", {"rows": rows})


@require_safe
@workspace_view(needs=BUILDS)
@says_when_unavailable
def detail(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    cohort = _found(request, uid)
    number = max(1, int(text)) if (text := request.GET.get("page", "")).isdecimal() and len(text) < 6 else 1
    dataset_id, now = request.workspace.dataset_id(_environment(cohort)), clock.now()
    people = cohort_of(cohort, now, request.workspace.timezone)
    found = people_of.list_members(dataset_id, people, now, SHOWN + 1, (number - 1) * SHOWN)
    context = {
        "cohort": cohort,
        "said": said_of(cohort),
        "size": members.counted(people_of.size(dataset_id, [people], now)[0]),
        "table": Table(
            cohort.name,
            members.COLUMNS,
            members.rows(request.workspace, _environment(cohort), found[:SHOWN]),
            "Nobody of this cohort has been on a visit that is stored.",
            icon="users",
            note="Seen last come first",
            more_href=f"?page={number + 1}" if len(found) > SHOWN else "",
            back_href="?" if number > 1 else "",
        ),
        "seen_through": _seen_through(slug, cohort),
    }
    return render(request, "analytics/saved/cohort.html", context)


@require_safe
@workspace_view(needs=needs("export"))
@says_when_unavailable
def download(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    """Its people as CSV, those seen last first."""
    cohort, now = _found(request, uid), clock.now()
    people = cohort_of(cohort, now, request.workspace.timezone)
    found = people_of.list_members(request.workspace.dataset_id(_environment(cohort)), people, now, 50_000)
    head = ["person_id", "user_id", "country", "visits", "first_seen", "last_seen"]
    rows = [
        [m.person_id, m.user_id, m.country, m.visits, m.first_seen.isoformat(), m.last_seen.isoformat()] for m in found
    ]
    headers = {"Content-Disposition": f'attachment; filename="{slug}-cohort.csv"'}
    return HttpResponse(list(csv_lines([head, *rows])), content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
@workspace_view(needs=BUILDS)
@says_when_unavailable
def freeze(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    cohort, now = _found(request, uid), clock.now()
    name = f"{cohort.name[:60]}, {now:%Y-%m-%d %H:%M}"
    try:
        return done(request, cohorts.freeze(cohort, environment_of(request), name=name, actor=request.user, now=now))
    except Problem as refused:
        messages.error(request, refused.detail)
        return redirect("cohort", slug, uid)


@require_POST
@workspace_view(needs=BUILDS)
@says_when_unavailable
def delete(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    cohort = _found(request, uid)
    cohorts.delete(cohort, actor=request.user, now=clock.now())
    messages.success(request, f"The cohort {cohort.name} is deleted. No event was touched.")
    return redirect("cohorts", slug)


def said_of(cohort: Cohort) -> str:
    if cohort.kind == Cohort.Kind.FROZEN:
        return cohort.description or "A list of people"
    return f"{all_said(from_list(cohort.filters))}, in the last {cohort.days} days"


def environment_of(request: WorkspaceRequest) -> Environment:
    return "test" if "test" in (request.POST.get("env"), request.GET.get("env")) else "live"


def _found(request: WorkspaceRequest, uid: str) -> Cohort:
    return get_object_or_404(Cohort.objects.select_related("workspace"), workspace=request.workspace, uid=uid)


def _environment(cohort: Cohort) -> Environment:
    return "test" if cohort.environment == "test" else "live"


def _sizes(request: WorkspaceRequest, found: list[Cohort]) -> list[int]:
    now, workspace = clock.now(), request.workspace
    return people_of.size(workspace.dataset_id(), [cohort_of(each, now, workspace.timezone) for each in found], now)


def done(request: WorkspaceRequest, made: Cohort) -> HttpResponse:
    messages.success(request, f"The cohort {made.name} is saved. Choose it in any report.")
    return redirect(reverse("cohort", args=[request.workspace.slug, made.uid]))


def _seen_through(slug: str, cohort: Cohort) -> str:
    return reverse("trends", args=[slug]) + f"?f=cohort,{cohort.uid}"
