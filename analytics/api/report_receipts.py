"""Receipts of reports over HTTP: how a report, or one number in it, came about."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import PERIOD, asked_of
from analytics.api.receipts import ExcludedSerializer, RunSerializer
from analytics.query.condition_json import to_json
from analytics.query.parse import check_dates
from analytics.refusals import as_problems
from analytics.serializers import PeriodSerializer, period
from analytics.views.exports import sources
from analytics.views.exports.menu import PERSONAL
from analytics.views.reports.frame import check_filters
from analytics.views.reports.receipts import ReportReceipt, receipt_of
from config.lib import clock
from config.lib.problems import Problem


class RanSerializer(RunSerializer):
    rows_read = serializers.IntegerField(allow_null=True, help_text="null: read piece by piece.")
    engine_ms = serializers.FloatField()


class ReportReceiptSerializer(serializers.Serializer[Any]):
    report = serializers.CharField()
    row = serializers.CharField(help_text="What the row is about; empty for the report as a whole.")
    column = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    description = serializers.CharField()
    unit = serializers.CharField()
    version = serializers.CharField(help_text="Of the definitions.")
    period = PeriodSerializer()
    timezone = serializers.CharField()
    filters = serializers.ListField()
    bound_percent = serializers.FloatField(allow_null=True, help_text="How far an estimate may be off; null: exact.")
    excluded = ExcludedSerializer()
    rows_read = serializers.IntegerField()
    statements = RanSerializer(many=True)
    example = serializers.JSONField(allow_null=True, help_text="What one person did, with the letters of the steps.")


@extend_schema(
    tags=["Analytics"],
    operation_id="report_receipt",
    parameters=[
        OpenApiParameter("name", location="path", enum=sorted(sources.REPORTS), description="A report."),
        OpenApiParameter("row", int, description="Row of the number in the report's CSV, from 0 below the heading."),
        OpenApiParameter("column", int, description="Its column, from 0."),
        *PERIOD,
    ],
    responses=ReportReceiptSerializer,
)
@api_view(["GET"])
def receipt(request: Request, name: str) -> Response:
    """How a report, or one number of it, came about. Its question is written as in the address of its page."""
    if name not in sources.REPORTS:
        raise Problem(404, "not_found", f"There is no report {name!r}: choose {', '.join(sorted(sources.REPORTS))}.")
    workspace, environment = asked_of(request, "export" if name in PERSONAL else "analyse")
    given = sources.asked(workspace, environment, request.query_params.urlencode(), clock.now())
    report = sources.REPORTS[name]
    with as_problems():
        check_dates(request.query_params)
        if report.check_named:
            report.check_named(request.query_params)
        page, question = sources.read(report, given)
        check_filters(page)
        return Response(_written(receipt_of(report, page, question, request.query_params)))


def _written(made: ReportReceipt) -> dict[str, Any]:
    number = made.number
    return {
        "report": made.report.name,
        "row": number.row if number else "",
        "column": number.column if number else "",
        "value": number.value if number else None,
        "description": " ".join(filter(None, [number.description if number else "", made.meaning.description])),
        "unit": made.meaning.unit,
        "version": made.version,
        "period": period(made.page.period),
        "timezone": made.page.zone,
        "filters": [to_json(each) for each in made.page.filters],
        "bound_percent": made.bound_percent,
        "excluded": asdict(made.excluded),
        "rows_read": made.rows_read,
        "statements": [
            {"sql": each.sql, "parameters": each.parameters, "rows_read": each.rows_read, "engine_ms": each.engine_ms}
            for each in made.ran
        ],
        "example": asdict(made.example) if made.example else None,
    }
