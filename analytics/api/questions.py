"""Metrics of a period, free questions, CSV."""

from django.conf import settings
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import ENVIRONMENT, PERIOD, WORKSPACE, asked_of, page_of
from analytics.api.paging import continued
from analytics.exports import csv_of_events
from analytics.query import run
from analytics.query.given import text_of
from analytics.query.parse import from_json
from analytics.query.words import known_metric
from analytics.refusals import as_problems
from analytics.reports.events import count_events, stream_events
from analytics.serializers import (
    AnswerSerializer,
    MetricsSerializer,
    QuerySerializer,
    answer,
    changes,
    definitions,
    period,
)
from config.lib import clock
from workspaces import audit

KPIS = (
    "visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration", "visit_duration_median",
    "events", "engaged_time",
)  # fmt: skip
# What the first client called them.
EARLIER_NAMES = {"page_views": "pageviews", "unique_visitors": "visitors", "sessions": "visits"}


@extend_schema(
    tags=["Analytics"],
    request=QuerySerializer,
    responses=AnswerSerializer,
    parameters=[WORKSPACE, ENVIRONMENT],
    examples=[
        OpenApiExample(
            "Top pages",
            {"metrics": ["visitors", "pageviews"], "dimensions": ["page"], "period": "28d"},
            request_only=True,
        ),
        OpenApiExample(
            "Visits by day, from search only",
            {
                "metrics": ["visits"],
                "interval": "day",
                "filters": [["is", "channel", ["Organic Search"]]],
                "compare": "previous",
            },
            request_only=True,
        ),
    ],
)
@api_view(["POST"])
def query(request: Request) -> Response:
    """Any question: metrics, broken down by dimensions or over time, filtered, compared."""
    workspace, environment = asked_of(request, "analyse")
    now = clock.now()
    with as_problems():
        asked = from_json(request.data, workspace, now, environment)
        return Response(answer(run(continued(asked, text_of(dict(request.data), "cursor")), now)))


@extend_schema(
    tags=["Analytics"],
    responses=MetricsSerializer,
    parameters=[
        OpenApiParameter("metrics", description=f"Names with commas; all of these without: {', '.join(KPIS)}."),
        OpenApiParameter("compare", enum=["off", "previous", "year"], default="off"),
        *PERIOD,
    ],
)
@api_view(["GET"])
def metrics(request: Request) -> Response:
    """The numbers of a period."""
    now = clock.now()
    page = page_of(request, *asked_of(request, "read_overview"), now)
    with as_problems():
        names = tuple(known_metric(name) for name in request.query_params.get("metrics", "").split(",") if name) or KPIS
        asked = tuple(dict.fromkeys((*names, *EARLIER_NAMES.values())))
        result = run(page.query(*asked), now)
    return Response(
        {name: result.totals[metric] for name, metric in EARLIER_NAMES.items()}
        | {
            "period": period(page.period),
            "metrics": {name: result.totals[name] for name in names},
            "before": result.totals_before and {name: result.totals_before[name] for name in names},
            "change": {name: changes(result)[name] for name in names},
            "as_of": result.as_of.isoformat(),
            "exact": result.exact,
            "definitions": definitions(names),
        }
    )


@extend_schema(tags=["Analytics"], responses={(200, "text/csv"): OpenApiTypes.STR}, parameters=PERIOD)
@api_view(["GET"])
def export(request: Request) -> StreamingHttpResponse:
    """Single events as CSV, newest first, up to the row limit of this installation."""
    now = clock.now()
    workspace, environment = asked_of(request, "export")
    asked, most = page_of(request, workspace, environment, now).query(compare=None), settings.EXPORT_MAX_ROWS
    with as_problems():
        total = count_events(asked)
    rows = min(total, most)
    audit.record(workspace.organization, request.user, "events.exported", f"{rows} rows", now=now, workspace=workspace)
    headers = {
        "Content-Disposition": f'attachment; filename="{workspace.slug}-events.csv"',
        "X-Total-Rows": str(total),
        "X-Row-Limit": str(most),
    }
    lines = csv_of_events(stream_events(asked, most))
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
