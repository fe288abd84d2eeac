"""The endpoints of the data source. A key with `read`, and only for its own workspace and environment."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import asked_of
from analytics.api.grafana import answered, asked
from analytics.query import run
from analytics.query.catalogue import DIMENSIONS, METRICS
from analytics.query.lookup import SavedOf
from analytics.query.model import Query
from analytics.query.periods import preset
from analytics.query.words import known_dimension
from analytics.refusals import as_problems
from analytics.views.said import shown_value
from config.lib import clock, ratelimit
from config.lib.problems import Problem
from workspaces.api_keys import KeyHolder
from workspaces.models import Environment, Workspace

LIMIT = ratelimit.Limit(rate=20, burst=200)  # requests of one key: a wall of dashboards, refreshed every few seconds
VALUES = 200  # of a dimension, the most frequent first
TAG = "Grafana"
BOARD = OpenApiExample(
    "A panel",
    {
        "range": {"from": "2026-03-01T00:00:00Z", "to": "2026-03-08T00:00:00Z"},
        "intervalMs": 3600000,
        "targets": [{"target": "visitors", "refId": "A", "payload": {"by": "country", "limit": 5}}],
    },
    request_only=True,
)


@extend_schema(tags=[TAG], operation_id="grafana", responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def home(request: Request) -> Response:
    """What the button Save & test asks."""
    workspace, environment = _reader(request)
    return Response({"status": "success", "workspace": workspace.name, "environment": environment})


@extend_schema(
    tags=[TAG], operation_id="grafana_query", request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT,
    examples=[BOARD],
)  # fmt: skip
@api_view(["POST"])
def query(request: Request) -> Response:
    """The frames of a panel: metrics over time or by a dimension, reports as tables."""
    workspace, environment = _reader(request)
    with as_problems():
        now, data = clock.now(), _object(request)
        found = asked.targets(data, SavedOf(workspace, now))
        return Response(answered.frames(asked.board(data, workspace, environment, now), found))


@extend_schema(
    tags=[TAG], operation_id="grafana_metrics", request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT
)  # fmt: skip
@api_view(["POST"])
def metrics(request: Request) -> Response:
    """All that a panel can ask for, with the fields of its editor."""
    _reader(request)
    choices = [_choice(each.name, each.label, _fields_of_metrics()) for each in METRICS.values()]
    own = [{"name": "parameters", "label": "As in the report's address", "type": "input"}]
    return Response(choices + [_choice(f"report:{name}", f"Report: {name}", own) for name in answered.REPORTS])


@extend_schema(
    tags=[TAG], operation_id="grafana_options", request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT
)  # fmt: skip
@api_view(["POST"])
def options(request: Request) -> Response:
    """Of a field that offers choices: the same for every metric."""
    _reader(request)
    found = {each["name"]: each.get("options", []) for each in _fields_of_metrics()}
    return Response(found.get(str(_object(request).get("name")), []))


@extend_schema(
    tags=[TAG], operation_id="grafana_variable", request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT
)  # fmt: skip
@api_view(["POST"])
def variable(request: Request) -> Response:
    """The values of the dimension {"payload": {"target": "country"}} in the dashboard's range, the largest first."""
    workspace, environment = _reader(request)
    data = _object(request)
    payload = data.get("payload")
    name = str(payload.get("target") if isinstance(payload, dict) else payload or "")
    with as_problems():
        found = _values(workspace, environment, known_dimension(name, "target"), data)
    return Response([{"__text": shown_value(name, value), "__value": value} for value in found])


@extend_schema(
    tags=[TAG], operation_id="grafana_tag_keys", request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT
)  # fmt: skip
@api_view(["POST"])
def tag_keys(request: Request) -> Response:
    """The dimensions that an ad-hoc filter can be about."""
    _reader(request)
    return Response([{"type": "string", "text": name} for name in DIMENSIONS])


@extend_schema(
    tags=[TAG], operation_id="grafana_tag_values", request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT
)  # fmt: skip
@api_view(["POST"])
def tag_values(request: Request) -> Response:
    """Values of the dimension {"key": "country"} of the last 28 days."""
    workspace, environment = _reader(request)
    data = _object(request)
    with as_problems():
        found = _values(workspace, environment, known_dimension(str(data.get("key")), "key"), {})
    return Response([{"text": value} for value in found])


def _reader(request: Request) -> tuple[Workspace, Environment]:
    """Whose numbers, by the key alone: a Grafana has no account."""
    if not isinstance(request.user, KeyHolder):
        raise Problem(403, "key_needed", "Send a secret key with the permission read as X-API-Key.")
    wait_s = ratelimit.wait_seconds(f"grafana:{request.user.key.pk}", LIMIT)
    if wait_s:
        detail = f"This key asks more than {LIMIT.rate:.0f} times a second. Let dashboards refresh less often."
        raise Problem(429, "rate_limited", detail, headers={"Retry-After": str(wait_s)})
    return asked_of(request, "analyse")


def _object(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise Problem(400, "not_an_object", "Send a JSON object, as Grafana's JSON data source does.")
    return dict(request.data)


def _values(workspace: Workspace, environment: Environment, name: str, data: dict[str, Any]) -> list[str]:
    now = clock.now()
    period = asked.board(data, workspace, environment, now).period if "range" in data else None
    question = Query(
        dataset_id=workspace.dataset_id(environment),
        zone=workspace.timezone,
        period=period or preset("28d", now, workspace.timezone),
        metrics=("visitors",),
        dimensions=(name,),
        limit=VALUES,
        totals=False,
    )
    return [row.keys[0] for row in run(question, now).rows]


def _choice(name: str, label: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {"value": name, "label": label, "payloads": fields}


def _fields_of_metrics() -> list[dict[str, Any]]:
    by = [{"value": each.name, "label": each.label} for each in DIMENSIONS.values()]
    shapes = [{"value": each, "label": each.capitalize()} for each in asked.AS]
    return [
        {"name": "by", "label": "By", "type": "select", "options": by},
        {"name": "as", "label": "As", "type": "select", "options": shapes},
        {"name": "limit", "label": "Rows", "type": "input"},
        {"name": "label", "label": "Called", "type": "input"},
    ]
