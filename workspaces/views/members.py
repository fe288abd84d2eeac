"""Members and open invitations of an organization."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from config.lib import clock
from config.lib.problems import Problem
from workspaces import members as topic
from workspaces import roles
from workspaces.access import OrganizationRequest, organization_view
from workspaces.forms import InviteForm, RoleForm, refusals_in
from workspaces.models import Invitation, Membership, Role

MANAGES = roles.needs("manage_members")


@organization_view(needs=roles.needs("list_members"))
@require_http_methods(["GET", "POST"])
def members(request: OrganizationRequest, slug: str) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            _invite(request, form)
            messages.success(request, f"Invitation sent to {form.cleaned_data['email']}.")
            return redirect("members", slug)
    manages = roles.may(request.role, "manage_members")
    context = {
        "form": form,
        "members": request.organization.memberships.select_related("user").order_by("created_at", "id"),
        "invitations": _open_invitations(request) if manages else [],
        "manages": manages,
        "grants": [role for role in Role if roles.reaches(request.role, role)],
        "now": clock.now(),
    }
    return render(request, "workspaces/members.html", context)


@organization_view(needs=MANAGES)
@require_POST
def change_role(request: OrganizationRequest, slug: str, uid: str) -> HttpResponse:
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose one of the four roles.")
        return redirect("members", slug)
    member, role = _member(request, uid), form.cleaned_data["role"]
    change = partial(topic.change_role, request.membership, member, role, clock.now())
    return _told(request, slug, change, f"{member.user} is {role} now.")


@organization_view()
@require_POST
def remove(request: OrganizationRequest, slug: str, uid: str) -> HttpResponse:
    """Everybody may leave; to take out somebody else needs the role."""
    member = _member(request, uid)
    change = partial(topic.remove, request.membership, member, clock.now())
    done = f"{member.user} is no member any more. API keys, public links and exports they made go on working."
    answer = _told(request, slug, change, done)
    left = not request.organization.memberships.filter(user=request.user).exists()
    return redirect("home") if left else answer


@organization_view(needs=MANAGES)
@require_POST
def withdraw(request: OrganizationRequest, slug: str, uid: str) -> HttpResponse:
    invitation = get_object_or_404(request.organization.invitations.filter(accepted_at__isnull=True), uid=uid)
    change = partial(topic.withdraw, request.membership, invitation, clock.now())
    return _told(request, slug, change, f"The invitation of {invitation.email} is withdrawn.")


def _invite(request: OrganizationRequest, form: InviteForm) -> None:
    """Nothing is kept when the mail cannot go out: the link exists in the mail alone.

    Kept before and taken back after, not in one transaction: that would lock the organization for as long as the mail
    server takes.
    """
    now = clock.now()
    invitation, token = topic.invite(request.membership, now=now, **form.cleaned_data)
    try:
        topic.send_invitation(invitation, request.build_absolute_uri(reverse("invitation", args=[token])))
    except OSError as error:  # of the network, and all of smtplib's
        topic.withdraw(request.membership, invitation, now)
        raise Problem(502, "mail", "The mail could not be sent. Is EMAIL_URL right? Nobody was invited.") from error


def _open_invitations(request: OrganizationRequest) -> list[tuple[Invitation, bool]]:
    """Each with whether it still lets somebody in, but for its age."""
    waiting = request.organization.invitations.filter(accepted_at__isnull=True)
    return [(each, topic.is_backed(each)) for each in waiting]


def _member(request: OrganizationRequest, uid: str) -> Membership:
    return get_object_or_404(request.organization.memberships.select_related("user"), user__uid=uid)


def _told(request: OrganizationRequest, slug: str, change: Callable[[], None], done: str) -> HttpResponse:
    try:
        change()
        messages.success(request, done)
    except Problem as problem:
        messages.error(request, problem.detail)
    except Membership.DoesNotExist:  # gone since it was looked up: as if it had been gone before
        raise Http404 from None
    return redirect("members", slug)
