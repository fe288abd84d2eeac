"""Signing in as the test world's people do."""

from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

FORM = "application/x-www-form-urlencoded"
PASSWORD = "correct horse battery staple"  # of everybody in the test world


def forget_limits() -> None:
    """No attempt of an earlier test counts. (cache.clear() would empty the whole database.)"""
    cache.delete_pattern("allauth:rl:*")  # type: ignore[attr-defined]


def token_of(email: str) -> dict[str, str]:
    """The header of a person with a fresh token."""
    answer = Client().post("/auth/jwt/login", f"username={email}&password={PASSWORD}", content_type=FORM)
    assert answer.status_code == 200, answer.content
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def log_in(client: Client, email: str, password: str = PASSWORD, **data: str) -> HttpResponse:
    return client.post("/accounts/login/", {"login": email, "password": password, **data})


def show_password(client: Client) -> None:
    """What a change of the account asks for, of whoever is signed in there."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
