"""Register and sign in for programs: the answer is a token, not a cookie.

    e-mail and password ─┐
    provider's id token ─┴─► allauth's own login ─► session without a cookie ─► JWT that ends with that session

allauth's steps run in between, so rate limits, e-mail verification and the second factor hold here as on the page.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal import flows
from allauth.account.internal.stagekit import get_pending_stage
from allauth.account.models import EmailAddress, Login
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless import app_settings
from allauth.headless.account.inputs import LoginInput, SignupInput
from allauth.headless.constants import Client
from allauth.headless.internal.authkit import authentication_context
from allauth.headless.internal.decorators import mark_request_as_headless
from allauth.headless.tokens.strategies.jwt.internal import get_token_session
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db.models import F
from django.dispatch import Signal
from django.forms import Form
from django.http import HttpRequest

from accounts import waiting
from accounts.entry_forms import FreeAddress
from accounts.models import User
from config.lib.problems import Problem

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="MetricPal"'}
# What stands between a right password and a token, by the key of allauth's stage.
STAGES = {
    "verify_email": ("email_unverified", "Open the link in the mail we sent you first, then log in."),
    "mfa_authenticate": (
        "second_factor_required",
        "This account has a second factor, which this endpoint cannot ask for. Use a secret API key instead.",
    ),
}


PRINTED = "password123"  # what a published guide registers with; no page takes it

signed_out_elsewhere = Signal()  # request, user
operated = Signal()  # request, user, action: what an operator, who is request.user, does to the account of user


class Registration(FreeAddress, SignupInput):  # type: ignore[misc]
    def clean_password(self) -> Any:
        """The guide's example works as it is printed, though lists of common passwords have it."""
        printed = self.cleaned_data["password"] == PRINTED
        return PRINTED if printed else super().clean_password()


def register(request: HttpRequest, email: str, password: str) -> dict[str, Any]:
    """A new account. Where a login needs a verified address, a taken address gets the same answer as a free one."""
    limit(request, "signup")
    with _session_without_cookie(request):
        form = Registration({"email": email, "password": password})
        if not form.is_valid():
            raise _refusal(form)
        user = _made(form, request)
        if user is None:
            make_password(password)  # takes as long as making the account would
            return account(User(email=email.lower(), uid=uuid.uuid4()), is_verified=False)
        with _stopped_login():
            flows.signup.complete_signup(request, user=user)
        logout(request)  # to register is not to sign in: the caller holds no token for that session
    return account(user)


def _made(form: Registration, request: HttpRequest) -> Any:
    """None where nobody may learn that the address is taken."""
    try:
        return form.try_save(request)[0]
    except ValidationError as taken:
        raise Problem(422, "invalid", taken.messages[0], field="email") from None


def sign_in(request: HttpRequest, email: str, password: str) -> dict[str, str]:
    """The token for this person. Raises Problem 401 for a wrong password and an unknown address alike."""
    limit(request, "login")
    with _session_without_cookie(request):
        form = LoginInput({"email": email, "password": password})
        if not form.is_valid():
            raise _no_login(request, email, form)
        with _stopped_login():
            flows.login.perform_password_login(request, {"email": email}, form.login)
        return _token(request)


def sign_in_user(request: HttpRequest, user: User, method: str) -> dict[str, str]:
    """The token for somebody whom a single sign-on provider vouches for."""
    with _session_without_cookie(request):
        flows.login.record_authentication(request, user, method=method)
        with _stopped_login():
            flows.login.perform_login(request, Login(user=user, email=user.email))
        return _token(request)


def sign_out(request: HttpRequest, token: dict[str, Any] | None) -> None:
    """Ends the session behind a token's claims, and with it the token; without claims the browser's session."""
    session = get_token_session(token) if token else request.session
    if session is not None:
        session.flush()


def sign_out_elsewhere(request: HttpRequest, user: User) -> None:
    """Ends every other session of this person and every token, wherever they are."""
    end_elsewhere(request, user)
    signed_out_elsewhere.send(User, request=request, user=user)


def end_elsewhere(request: HttpRequest, user: User, **_: Any) -> None:
    """The same without a word in the audit log. Also where an operator's request is about somebody else."""
    user.session_epoch = F("session_epoch") + 1
    user.save(update_fields=["session_epoch"])
    user.refresh_from_db(fields=["session_epoch"])
    update_session_auth_hash(request, user)


def account(user: User, is_verified: bool | None = None) -> dict[str, Any]:
    """What the API says of a person."""
    if is_verified is None:
        is_verified = EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()
    return {
        "id": str(user.uid),
        "email": user.email,
        "name": user.name,
        "is_active": user.is_active,
        "is_verified": is_verified,
    }


@contextmanager
def _session_without_cookie(request: HttpRequest) -> Iterator[None]:
    mark_request_as_headless(request, Client.APP)
    with authentication_context(request):
        yield


@contextmanager
def _stopped_login() -> Iterator[None]:
    """allauth ends a login that may not go on by raising a response of its own; `_token` says why in ours."""
    try:
        yield
    except ImmediateHttpResponse:
        return


def _token(request: HttpRequest) -> dict[str, str]:
    if not request.user.is_authenticated:
        stage = get_pending_stage(request)
        code, detail = STAGES.get(stage.key if stage else "", ("account_inactive", "This account is closed."))
        raise Problem(401, code, detail, headers=CHALLENGE)
    return {"access_token": app_settings.TOKEN_STRATEGY.create_access_token(request), "token_type": "bearer"}


def limit(request: HttpRequest, action: str) -> None:
    """Counts an attempt by allauth's table (ACCOUNT_RATE_LIMITS). Raises Problem 429 when it is one too many."""
    if not ratelimit.consume(request, action=action):
        raise _too_many(waiting.seconds(request, action))


def _no_login(request: HttpRequest, email: str, form: Form) -> Problem:
    """Why this is nobody who may come in, or not yet."""
    field, errors = next(iter(form.errors.get_json_data().items()))
    if errors[0]["code"] == "too_many_login_attempts":
        return _too_many(waiting.seconds(request, "login_failed", get_adapter().login_key(request, email)))
    if field == "password":
        return Problem(401, "bad_credentials", errors[0]["message"], headers=CHALLENGE)
    return _refusal(form)


def _refusal(form: Form) -> Problem:
    """The first thing that is wrong with the form, in allauth's words."""
    field, errors = next(iter(form.errors.get_json_data().items()))
    return Problem(422, "invalid", " ".join(error["message"] for error in errors), field=field)


def _too_many(wait_s: int) -> Problem:
    wait_s = max(1, wait_s)
    detail = f"Too many attempts. Try again in {wait_s} seconds."
    return Problem(429, "too_many_attempts", detail, headers={"Retry-After": str(wait_s)})
