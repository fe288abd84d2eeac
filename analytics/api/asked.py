"""What a request to the API is about: the workspace and environment, the state in its parameters, its limits.

A key answers for its own workspace and environment. A person names a workspace (?workspace= or X-Tenant-Slug) and,
where test data is meant, ?env=test.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from analytics.query.lookup import SavedOf
from analytics.query.model import QueryError
from analytics.query.page import PageQuery
from analytics.query.parse import check_dates, from_params, page_from_json
from analytics.query.saved import Saved
from analytics.refusals import as_problems
from config.lib import clock
from workspaces.access import check_changes, requested_workspace
from workspaces.environments import requested_environment
from workspaces.models import Environment, Workspace
from workspaces.roles import needs

WORKSPACE = OpenApiParameter("workspace", description="Id or slug; a key knows its own, and no other.")
ENVIRONMENT = OpenApiParameter("env", enum=["live", "test"], description="A key has its own, and no other.")
PERIOD = [
    OpenApiParameter(
        "period", description="A preset such as 7d, 28d, month; or custom with from and to.", default="28d"
    ),
    OpenApiParameter("from", OpenApiTypes.DATE, description="First day. Alone with `to` it makes the period custom."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="Last day, included."),
    OpenApiParameter("f", many=True, description="A filter: is,country,DE|FR"),
    WORKSPACE,
    ENVIRONMENT,
]

Asked_co = TypeVar("Asked_co", covariant=True)


class Reader(Protocol[Asked_co]):
    """A report's module that reads its question; FIELDS are the names that are its own."""

    @property
    def FIELDS(self) -> tuple[str, ...]: ...

    def from_params(self, params: QueryDict, saved: Saved) -> Asked_co: ...

    def from_json(self, data: Mapping[str, Any], saved: Saved) -> Asked_co: ...


def asked_of(request: Request, action: str) -> tuple[Workspace, Environment]:
    """The workspace the request is about, if its sender may do `action` there, and the environment."""
    return requested_workspace(request, needs(action)), requested_environment(request)


def kept_of(request: Request, action: str) -> tuple[Workspace, Environment]:
    """As asked_of, where every method but GET changes what is kept: a key that may only read gets a Problem."""
    if request.method not in SAFE_METHODS:
        check_changes(request.user)
    return asked_of(request, action)


def page_of(request: Request, workspace: Workspace, environment: Environment, now: datetime) -> PageQuery:
    """The state in the parameters. Programs get no comparison unless they ask for one."""
    params: QueryDict = request.query_params.copy()
    params["env"] = environment
    params.setdefault("compare", "off")
    with as_problems():
        check_dates(params)
        return from_params(params, workspace, now)


def limit_of(request: Request, usual: int, most: int) -> int:
    """?limit= within its bounds. QueryError otherwise."""
    given = request.query_params.get("limit", str(usual))
    if not given.isdecimal() or not 1 <= int(given) <= most:
        raise QueryError(f"limit is a whole number from 1 to {most}.", "limit")
    return int(given)


def question_of(request: Request, reader: Reader[Asked_co]) -> tuple[PageQuery, Asked_co]:
    """The page and the report's question, from the parameters of a GET or the JSON of a POST. QueryError."""
    now = clock.now()
    workspace, environment = asked_of(request, "analyse")
    saved = SavedOf(workspace, now)
    if request.method == "POST":
        page = page_from_json(request.data, workspace, now, environment, also=reader.FIELDS)
        return page, reader.from_json(dict(request.data), saved)
    page = page_of(request, workspace, environment, now)
    return replace(page, profile=""), reader.from_params(request.query_params, saved)
