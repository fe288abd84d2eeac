"""Whose events a question is about. A key may ask about what it sent, even one that may only write."""

from typing import cast

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from workspaces.access import requested_workspace
from workspaces.api_keys import KeyHolder
from workspaces.models import Environment, Workspace

WORKSPACE = OpenApiParameter("workspace", description="Id or slug; people only, a key knows its own.")
ENVIRONMENT = OpenApiParameter("env", enum=["live", "test"], description="People only, a key has its own.")


def asked_of(request: Request) -> tuple[Workspace, Environment]:
    """Raises Http404 and Problem as workspaces.access does."""
    if isinstance(request.user, KeyHolder):
        return request.user.key.workspace, cast(Environment, request.user.key.environment)
    workspace = requested_workspace(request)
    return workspace, "test" if request.query_params.get("env") == "test" else "live"


def dataset_of(request: Request) -> int:
    workspace, environment = asked_of(request)
    return workspace.dataset_id(environment)
