"""The way in: to the overview, or to the one step that a new account still has to take."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.permissions import person
from config.lib import clock
from config.lib.problems import Problem
from workspaces import members, organizations, roles
from workspaces.forms import NewWorkspaceForm, WelcomeForm, refusals_in
from workspaces.models import Organization, Role, Workspace

ADMINISTERS = [role for role in Role if roles.may(role, "change_workspace")]


def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect("account_login")
    mine = Workspace.objects.filter(organization__memberships__user=request.user)
    first = mine.order_by("id").values_list("slug", flat=True).first()
    if first:
        return redirect("overview", first)
    return redirect("workspace_new" if _administered(request) else "welcome")


@login_required
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """Name the organization and the website; then on to the snippet."""
    form = WelcomeForm(request.POST or None)
    refused: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        with refusals_in(form) as refused:
            organization = organizations.create_organization(
                request.user, name=form.cleaned_data["organization"], now=clock.now()
            )
            return redirect("install", _create(request, organization, form.cleaned_data).slug)
    invitations = members.open_invitations(request.user, clock.now())
    waiting = Organization.objects.filter(memberships__user=person(request), workspaces=None).order_by("name")
    context = {"form": form, "invitations": invitations, "waiting": waiting}
    return told_to_wait(render(request, "workspaces/welcome.html", context), refused)


def told_to_wait(page: HttpResponse, refused: list[Problem]) -> HttpResponse:
    """The page of a form that was sent too often says so in its status and headers too."""
    for problem in refused:
        if problem.status == 429:
            page.status_code = 429
            page.headers["Retry-After"] = problem.headers["Retry-After"]
    return page


@login_required
@require_http_methods(["GET", "POST"])
def new_workspace(request: HttpRequest) -> HttpResponse:
    administered = _administered(request)
    if not administered:
        messages.info(request, "Only an admin can add a workspace. Make an organization of your own first.")
        return redirect("welcome")
    form = NewWorkspaceForm(request.POST or None, initial={"organization": administered[0]})
    form.fields["organization"].queryset = administered  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            created = _create(request, form.cleaned_data["organization"], form.cleaned_data)
            return redirect("install", created.slug)
    return render(request, "workspaces/new.html", {"form": form})


def _administered(request: HttpRequest) -> QuerySet[Organization]:
    mine = {"memberships__user": person(request), "memberships__role__in": ADMINISTERS}
    return Organization.objects.filter(**mine).order_by("name")


def _create(request: HttpRequest, organization: Organization, data: dict[str, Any]) -> Workspace:
    return organizations.create_workspace(
        organization,
        name=data.get("name") or data["website"].removeprefix("www.") or organization.name,
        domain=data["website"],
        timezone=data["timezone"],
        actor=request.user,
        now=clock.now(),
    )
