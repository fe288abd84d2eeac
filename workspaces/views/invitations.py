"""The page behind the link of an invitation. Opening it accepts nothing: mail scanners open links too."""

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from config.lib import clock
from config.lib.problems import Problem
from workspaces import members
from workspaces.models import Invitation


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    found = members.open_invitation(token, clock.now())
    if found is None:
        return render(request, "workspaces/invitation_gone.html", status=404)
    if not request.user.is_authenticated:
        # Holding the token proves the address: the sign-up page offers it, by whatever way one gets there, and allauth
        # need not ask again.
        get_adapter().stash_verified_email(request, found.email)
    if request.method == "POST":
        return _accept(request, found) if request.user.is_authenticated else _sign_up(request)
    fits = request.user.is_authenticated and request.user.email.lower() == found.email
    return render(request, "workspaces/invitation.html", {"invitation": found, "fits": fits})


def _accept(request: HttpRequest, found: Invitation) -> HttpResponse:
    try:
        members.accept(found, request.user, clock.now())
    except Problem as problem:
        messages.error(request, problem.detail)
        return redirect(request.path)
    # The token came in a mail to this address, which is what a verification mail would have proved.
    EmailAddress.objects.filter(user=request.user, email__iexact=found.email).update(verified=True)
    messages.success(request, f"You are now a member of {found.organization}.")
    return redirect("home")


def _sign_up(request: HttpRequest) -> HttpResponse:
    """To the sign-up page and back here."""
    return redirect(f"{reverse('account_signup')}?{urlencode({'next': request.path})}")
