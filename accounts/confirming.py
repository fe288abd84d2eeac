"""The page behind the link in a mail that asks whether an address is somebody's.

The browser that asked for the mail      confirms by opening it
another one                              confirms by the button: scanners of mail open links too
a change of address in another one       signs in first: whoever was thrown out of the account does not move it away
"""

from typing import Any

from allauth.account.internal.stagekit import get_pending_stage
from allauth.account.models import EmailAddress
from allauth.account.views import ConfirmEmailView
from django.http import Http404, HttpRequest, HttpResponse

from accounts.models import User


class ConfirmAddress(ConfirmEmailView):  # type: ignore[misc]
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            asked_here = _asked_here(request, self.get_object().email_address)
        except Http404:
            asked_here = False  # allauth's page says that the link no longer works
        answer: HttpResponse = (self.post if asked_here else super().get)(request, *args, **kwargs)
        return answer

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        address = self.object.email_address
        if not _can_be_theirs(address) or _needs_sign_in(request, address):
            refused: HttpResponse = self.render_to_response(self.get_context_data())
            return refused
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if self.object:
            address = self.object.email_address
            context["can_confirm"] = _can_be_theirs(address)
            context["needs_sign_in"] = _needs_sign_in(self.request, address)
        return context


def _asked_here(request: HttpRequest, address: EmailAddress) -> bool:
    """Signed in as this person, or about to be, as after signing up where nobody gets in unconfirmed."""
    stage = get_pending_stage(request)
    waiting = stage.login.user.pk if stage and stage.login.user else None
    return address.user_id in (request.user.pk, waiting)


def _needs_sign_in(request: HttpRequest, address: EmailAddress) -> bool:
    is_change = address.email != address.user.email.lower()
    return is_change and request.user.pk != address.user_id


def _can_be_theirs(address: EmailAddress) -> bool:
    """Nobody else has confirmed it, or signed up with it meanwhile."""
    others = User.objects.filter(email__iexact=address.email).exclude(pk=address.user_id)
    return bool(address.can_set_verified()) and not others.exists()
