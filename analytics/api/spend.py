"""Acquisition spend: what CAC and LTV/CAC are worked out from."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import WORKSPACE, limit_of
from analytics.models import AcquisitionSpend
from analytics.refusals import as_problems
from analytics.rollups import spend as spending
from config.lib.json_parser import BoundedJSONParser
from config.lib.problems import Problem
from workspaces.access import requested_workspace
from workspaces.roles import needs

MAX_ROWS = 1000  # of one answer


class CsvParser(BaseParser):
    media_type = "text/csv"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return spending.rows_of_csv(stream.read().decode())
        except UnicodeDecodeError:
            raise Problem(422, "not_text", "Send the file as UTF-8.", field="file") from None


class SpendSerializer(serializers.Serializer[Any]):
    date = serializers.DateField(source="day")
    source = serializers.CharField(max_length=100)  # type: ignore[assignment]
    campaign = serializers.CharField(max_length=200, required=False, default="")
    amount = serializers.DecimalField(16, 4)
    currency = serializers.CharField(required=False, help_text="The workspace's own without.")


class SpendListSerializer(serializers.Serializer[Any]):
    rows = SpendSerializer(many=True)


class RecordedSerializer(serializers.Serializer[Any]):
    recorded = serializers.IntegerField()


@extend_schema(
    methods=["GET"],
    tags=["Analytics"],
    responses=SpendListSerializer,
    parameters=[OpenApiParameter("limit", int, description=f"At most {MAX_ROWS}.", default=100), WORKSPACE],
)
@extend_schema(
    methods=["POST"],
    tags=["Analytics"],
    request={"application/json": SpendListSerializer, "text/csv": OpenApiTypes.STR},
    responses=RecordedSerializer,
    parameters=[WORKSPACE],
    examples=[
        OpenApiExample(
            "Two days",
            {
                "rows": [
                    {"date": "2026-03-01", "source": "google", "amount": "120.50", "currency": "EUR"},
                    {"date": "2026-03-02", "source": "google", "amount": "99", "currency": "EUR"},
                ]
            },
            request_only=True,
        )
    ],
)
@api_view(["GET", "POST"])
@parser_classes([BoundedJSONParser, CsvParser])
def spend(request: Request) -> Response:
    """What was spent on winning customers. A row sent again replaces the earlier one."""
    if request.method == "GET":
        workspace = requested_workspace(request, needs("analyse"))
        with as_problems():
            rows = AcquisitionSpend.objects.filter(workspace=workspace)[: limit_of(request, 100, MAX_ROWS)]
        return Response({"rows": SpendSerializer(rows, many=True).data})
    workspace = requested_workspace(request, needs("change_workspace"))
    return Response({"recorded": spending.record(workspace, _rows(request.data))})


def _rows(data: Any) -> list[dict[str, Any]]:
    rows = data.get("rows") if isinstance(data, dict) else data
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Problem(422, "no_rows", 'Send {"rows": [{"date": …, "source": …, "amount": …}]} or CSV.', field="rows")
    return rows
