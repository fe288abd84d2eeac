"""Who may call at all; what a member may do is workspaces.access."""

from typing import Any, cast

from django.http import HttpRequest
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import User


def person(request: HttpRequest | Request) -> User:
    """Whoever sent a request that @login_required or IsPerson let through."""
    return cast(User, request.user)


class IsPerson(BasePermission):
    """A signed-in person. An API key is nobody's account."""

    message = "This is for people: send a token from /auth/jwt/login, not an API key."

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, User)
