"""The pages that make a cohort: of the conditions in the URL, or of an uploaded list of user ids."""

import csv
import io
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from analytics import cohorts
from analytics.models import Cohort
from analytics.query.condition_json import from_list
from analytics.query.lookup import last_days
from analytics.query.model import Cohort as People
from analytics.query.model import QueryError
from analytics.reports import people_of
from analytics.views.reports.cohorts import BUILDS, done, environment_of
from analytics.views.reports.conditions import Editing, edited, posted
from analytics.views.said import all_said
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from config.lib.problems import Problem
from workspaces.access import WorkspaceRequest, workspace_view

MOST_BYTES = 20_000_000  # of an uploaded list


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view(needs=BUILDS)
@says_when_unavailable
def new(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """A living cohort of the conditions in the URL; as a list, when the form says so."""
    editing = edited(request)
    if editing.moved:
        return redirect(request.path + editing.moved)
    error = editing.error
    if request.method == "POST":
        try:
            return done(request, _create(request))
        except (QueryError, Problem) as refused:
            error = str(refused)
    return render(request, "analytics/saved/cohort_new.html", _context(request, editing, error))


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view(needs=BUILDS)
@says_when_unavailable
def upload(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """A frozen cohort of user ids: a CSV, or lines of text."""
    error = ""
    if request.method == "POST":
        try:
            made = cohorts.save_users(
                request.workspace,
                environment_of(request),
                user_ids=_user_ids(request),
                name=_name(request),
                actor=request.user,
                now=clock.now(),
            )
            return done(request, made)
        except Problem as refused:
            error = refused.detail
    return render(request, "analytics/saved/cohort_upload.html", {"error": error, "name": request.POST.get("name", "")})


def _create(request: WorkspaceRequest) -> Cohort:
    days = request.POST.get("days", "")
    common: dict[str, Any] = {"name": _name(request), "actor": request.user, "now": clock.now()}
    filters = posted(request)
    if request.POST.get("kind") != "frozen":
        number = int(days) if days.isdecimal() and len(days) < 5 else 0
        return cohorts.create_living(request.workspace, filters=filters, days=number, **common)
    people = _people(request, filters, int(days) if days.isdecimal() and len(days) < 5 else 0)
    environment = environment_of(request)
    ids = people_of.ids(request.workspace.dataset_id(environment), people, cohorts.MOST_PEOPLE + 1)
    return cohorts.save_people(
        request.workspace, environment, people=ids, description=all_said(people.conditions), **common
    )


def _people(request: WorkspaceRequest, filters: list[Any], days: int) -> People:
    """Those of a living cohort that is not saved."""
    cohorts.checked_days(days)
    period = last_days(days, clock.now(), request.workspace.timezone)
    return People("", "", None, period, from_list(cohorts.checked(filters)))


def _context(request: WorkspaceRequest, editing: Editing, error: str) -> dict[str, Any]:
    page, size = editing.page, None
    days = request.POST.get("days") or request.GET.get("days") or "30"
    try:
        if page.filters and not error:
            people = _people(request, editing.filters, int(days) if days.isdecimal() and len(days) < 5 else 0)
            size = people_of.size(page.dataset_id, [people], page.now)[0]
    except (QueryError, Problem) as refused:
        error = str(refused)
    return {
        "name": request.POST.get("name", ""),
        "days": days,
        "error": error,
        "toolbar": editing.toolbar,
        "environment": page.environment,
        "conditions": [value for name, value in page.parameters if name == "f"],
        "size": size,
    }


def _name(request: WorkspaceRequest) -> str:
    name = request.POST.get("name", "").strip()[:80]
    if not name:
        raise Problem(422, "name", "Give it a name.", field="name")
    return name


def _user_ids(request: WorkspaceRequest) -> list[str]:
    """The first column of a CSV, a heading left out; or one id a line."""
    file = request.FILES.get("file")
    if file is not None and (file.size or 0) > MOST_BYTES:
        raise Problem(422, "too_large", f"A list has at most {MOST_BYTES // 1_000_000} MB.", field="file")
    text = file.read().decode("utf-8-sig", "replace") if file else request.POST.get("ids", "")
    try:
        found = [row[0].strip() for row in csv.reader(io.StringIO(text, newline=None)) if row and row[0].strip()]
    except csv.Error as error:
        raise Problem(422, "not_csv", f"This is no CSV that can be read: {error}.", field="file") from None
    return found[1:] if found and found[0].lower() in ("user_id", "userid", "id", "email") else found
