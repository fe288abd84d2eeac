"""Web reports, attribution and revenue as JSON."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import PERIOD, asked_of, limit_of, page_of
from analytics.query.model import QueryError
from analytics.query.words import known
from analytics.refusals import as_problems
from analytics.reports.attribution import BY as TOUCHED_BY
from analytics.reports.attribution import Credit
from analytics.reports.attribution import attribution as credit_of
from analytics.reports.revenue import BY as EARNED_BY
from analytics.reports.revenue import revenue as revenue_of
from analytics.reports.revenue.bridge import Month, bridge
from analytics.reports.web import web_report
from analytics.reports.web.model import VIEWS
from analytics.serializers import PeriodSerializer, period
from config.lib import clock

USUAL, MOST = 100, 1000
MAX_WINDOW = 365


class WebSerializer(serializers.Serializer[Any]):
    rows = serializers.ListField(child=serializers.DictField(), help_text="`key` and the columns of the report.")
    count = serializers.IntegerField(help_text="Rows there are in all.")
    definitions = serializers.DictField(child=serializers.CharField())
    period = PeriodSerializer()
    as_of = serializers.DateTimeField()


class CreditSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(allow_null=True, help_text="Null: no visit led there.")
    conversions = serializers.DictField(child=serializers.FloatField(), help_text="first, last, linear.")
    value = serializers.DictField(help_text="first, last, linear: amounts by currency.")


class AttributionSerializer(serializers.Serializer[Any]):
    rows = CreditSerializer(many=True)
    period = PeriodSerializer()
    as_of = serializers.DateTimeField()


class CurrencySerializer(serializers.Serializer[Any]):
    currency = serializers.CharField()
    payments = serializers.IntegerField()
    refunds = serializers.IntegerField()
    people = serializers.IntegerField()
    paid = serializers.DecimalField(30, 4)
    refunded = serializers.DecimalField(30, 4)
    net = serializers.DecimalField(30, 4)


class RevenueSerializer(serializers.Serializer[Any]):
    currencies = CurrencySerializer(many=True)
    total = serializers.CharField(help_text="In the workspace's currency; of those currencies that have a rate.")
    currency = serializers.CharField()
    without_rate = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.DictField())
    months = serializers.ListField(
        child=serializers.DictField(), help_text="Start, new, reactivated, expansion, contraction, churned, end."
    )
    period = PeriodSerializer()
    as_of = serializers.DateTimeField()


@extend_schema(
    tags=["Analytics"],
    responses=WebSerializer,
    parameters=[
        OpenApiParameter("report", enum=list(VIEWS), required=True),
        OpenApiParameter("limit", int, default=USUAL),
        *PERIOD,
    ],
)
@api_view(["GET"])
def web(request: Request) -> Response:
    """Engaged time, scroll depth, site search, outbound links, downloads, 404 pages and web vitals."""
    now = clock.now()
    page = page_of(request, *asked_of(request, "read_overview"), now)
    with as_problems():
        name = known("report", request.query_params.get("report", ""), VIEWS, "report")
        found = web_report(page.query(compare=None), name, limit_of(request, USUAL, MOST), 0, now)
    return Response(
        {
            "rows": [{"key": row.key} | row.values for row in found.rows],
            "count": found.count,
            "definitions": {each.name: each.description or each.label for each in found.view.columns},
            "period": period(page.period),
            "as_of": found.as_of,
        }
    )


@extend_schema(
    tags=["Analytics"],
    responses=AttributionSerializer,
    parameters=[
        OpenApiParameter("goal", description="Name of the event that is a conversion.", required=True),
        OpenApiParameter("by", enum=list(TOUCHED_BY), default="channel"),
        OpenApiParameter("window", int, description="Days before the conversion, 1 to 365.", default=30),
        *PERIOD,
    ],
)
@api_view(["GET"])
def attribution(request: Request) -> Response:
    """Which visits led to a conversion: first touch, last touch, and all of them in equal parts."""
    now, params = clock.now(), request.query_params
    workspace, environment = asked_of(request, "analyse")
    page = page_of(request, workspace, environment, now)
    with as_problems():
        if not params.get("goal"):
            raise QueryError("Say which event is the conversion: goal=purchase.", "goal")
        by = known("dimension", params.get("by", "channel"), TOUCHED_BY, "by")
        days = window(params.get("window", "30"))
        found = credit_of(workspace, page.query(compare=None), params["goal"], by, days, now)
    rows: list[tuple[str | None, Credit]] = list(found.rows.items())
    rows += [(None, found.unattributed)] if found.unattributed else []
    return Response({"rows": [_credit(*row) for row in rows], "period": period(page.period), "as_of": found.as_of})


@extend_schema(
    tags=["Analytics"],
    responses=RevenueSerializer,
    parameters=[OpenApiParameter("by", enum=list(EARNED_BY), default="event"), *PERIOD],
)
@api_view(["GET"])
def revenue(request: Request) -> Response:
    """Payments less refunds, by currency."""
    now = clock.now()
    workspace, environment = asked_of(request, "analyse")
    page = page_of(request, workspace, environment, now)
    with as_problems():
        by = known("dimension", request.query_params.get("by", "event"), EARNED_BY, "by")
        found = revenue_of(workspace, page.query(compare=None), by, page.interval, now)
        months = bridge(workspace, page.query(compare=None), now)
    return Response(
        {
            "currencies": CurrencySerializer(found.currencies, many=True).data,
            "total": str(found.rates.total(found.net)),
            "currency": found.rates.own,
            "without_rate": sorted(found.rates.without_rate(found.net)),
            "rows": [{"key": row.key, "payments": row.payments, "net": _text(row.net)} for row in found.rows],
            "months": [_month(each) for each in months],
            "period": period(page.period),
            "as_of": found.as_of,
        }
    )


def _month(each: Month) -> dict[str, Any]:
    moves = {name: {"amount": str(move.amount), "people": move.people} for name, move in each.moves.items()}
    return {
        "month": each.start.date().isoformat(),
        "currency": each.currency,
        "start": str(each.before),
        **moves,
        "end": str(each.after),
        "churn_rate": each.churn_rate,
        "partial": each.partial,
    }


def window(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_WINDOW:
        raise QueryError(f"window is a number of days from 1 to {MAX_WINDOW}.", "window")
    return int(text)


def _credit(key: str | None, credit: Credit) -> dict[str, Any]:
    value = {model: _text(amounts) for model, amounts in credit.value.items()}
    return {"key": key, "conversions": credit.conversions, "value": value}


def _text(amounts: dict[str, Any]) -> dict[str, str]:
    return {code: str(amount) for code, amount in amounts.items()}
