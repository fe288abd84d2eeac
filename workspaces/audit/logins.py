"""Entries that nobody has to write: signing in and out, what failed, passwords and second factors.

A person belongs to several organizations; each of them hears of it. Who belongs to none leaves no entry.
"""

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.http import HttpRequest

from accounts.models import User
from accounts.sign_in import operated, signed_out_elsewhere
from config.lib import clock
from config.lib.addresses import client_address
from workspaces import audit
from workspaces.models import Organization


def connect() -> None:
    """Called once, when the apps are ready."""
    account_signals.user_logged_in.connect(_logged_in, dispatch_uid="audit")
    account_signals.password_changed.connect(_changed("password.change"), weak=False, dispatch_uid="audit")
    account_signals.password_set.connect(_changed("password.set"), weak=False, dispatch_uid="audit")
    account_signals.password_reset.connect(_changed("password.reset"), weak=False, dispatch_uid="audit")
    account_signals.email_changed.connect(_changed("email.change"), weak=False, dispatch_uid="audit")
    mfa_signals.authenticator_added.connect(_changed("second_factor.add"), weak=False, dispatch_uid="audit")
    mfa_signals.authenticator_removed.connect(_changed("second_factor.remove"), weak=False, dispatch_uid="audit")
    mfa_signals.authenticator_reset.connect(_changed("second_factor.codes"), weak=False, dispatch_uid="audit")
    mfa_signals.authentication_failed.connect(_changed("second_factor.failed"), weak=False, dispatch_uid="audit")
    signed_out_elsewhere.connect(_changed("login.end_all"), weak=False, dispatch_uid="audit")
    operated.connect(_operated, dispatch_uid="audit")
    user_logged_out.connect(_changed("login.end"), weak=False, dispatch_uid="audit")
    user_login_failed.connect(_failed, dispatch_uid="audit")


def _logged_in(request: HttpRequest, user: User, **_: Any) -> None:
    _tell(user, "login", request)


def _operated(request: HttpRequest, user: User, action: str, **_: Any) -> None:
    _tell(user, action, request, by=request.user)


def _changed(action: str) -> Any:
    def told(request: HttpRequest | None = None, user: User | None = None, **_: Any) -> None:
        if user is not None:
            _tell(user, action, request, by=getattr(request, "user", None))

    return told


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Of an address that nobody has there is nobody to tell."""
    address = str(credentials.get("email") or credentials.get("username") or "")
    user = User.objects.filter(email__iexact=address[:254]).first() if address and "\0" not in address else None
    if user:
        _tell(user, "login.failed", request)


def _tell(user: User, action: str, request: HttpRequest | None, by: Any = None) -> None:
    """`by`: who did it, if not the person: an operator in the admin."""
    came_from = f"from {client_address(request.META)}" if request is not None else ""
    if by is not None and by.is_authenticated and by.pk != user.pk:
        actor, target = by, f"{user} {came_from}"
    else:
        actor, target = user, came_from
    for organization in Organization.objects.filter(memberships__user=user).order_by("id"):
        audit.record(organization, actor, action, target, now=clock.now())
