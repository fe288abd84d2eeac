"""Whose events a question is about. A key may ask about what it sent, even one that may only write."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from workspaces.access import requested_workspace
from workspaces.api_keys import KeyHolder
from workspaces.environments import requested_environment
from workspaces.models import Environment, Workspace

WORKSPACE = OpenApiParameter("workspace", description="Id or slug; a key knows its own, and no other.")
ENVIRONMENT = OpenApiParameter("env", enum=["live", "test"], description="A key has its own, and no other.")


def asked_of(request: Request) -> tuple[Workspace, Environment]:
    """Raises Http404 and Problem as workspaces.access and workspaces.environments do."""
    if isinstance(request.user, KeyHolder):
        return request.user.key.workspace, requested_environment(request)
    return requested_workspace(request), requested_environment(request)


def dataset_of(request: Request) -> int:
    workspace, environment = asked_of(request)
    return workspace.dataset_id(environment)
