"""Aggregated metrics as the mobile and web clients ask for them: the dashboard's numbers, and a metric over time."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import ENVIRONMENT, WORKSPACE, asked_of
from analytics.models import AggregatedMetric
from analytics.query.model import QueryError
from analytics.query.words import known
from analytics.refusals import as_problems
from analytics.rollups import Dataset, bring_up_to_date
from analytics.rollups.dashboard import dashboard as numbers
from analytics.rollups.kept import kept
from analytics.rollups.measures import MEASURES, PERIODS, UNFILTERED
from config.lib import clock

DAYS = 30  # without dates
MAX_DAYS = 3660


class DashboardSerializer(serializers.Serializer[Any]):
    """Active people, registrations and revenue of today so far; churn and LTV/CAC of the last month that is over."""

    daily_active_users = serializers.IntegerField()
    monthly_active_users = serializers.IntegerField(help_text="Of the 30 days that end today.")
    new_registrations_today = serializers.IntegerField()
    revenue_today = serializers.FloatField(help_text="In the workspace's currency.")
    conversion_rate = serializers.FloatField(
        allow_null=True, help_text="Percent: of those who registered in the last 30 days, who paid."
    )
    churn_rate = serializers.FloatField(allow_null=True, help_text="Percent.")
    ltv_cac_ratio = serializers.FloatField(allow_null=True, help_text="Null where no spend is known, never 0.")
    notes = serializers.DictField(help_text="What a number is made of, and why one is null.")


class AggregatedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    metric_date = serializers.DateField(help_text="The day, the Monday of the week, or the first of the month.")
    metric_type = serializers.ChoiceField(list(MEASURES))
    period = serializers.ChoiceField(list(PERIODS))
    value = serializers.FloatField(allow_null=True)
    metadata = serializers.DictField(help_text="`calculated_at`, and what the value is made of or why it is null.")


@extend_schema(tags=["Analytics"], responses=DashboardSerializer, parameters=[WORKSPACE, ENVIRONMENT])
@api_view(["GET"])
def dashboard(request: Request) -> Response:
    """How the business stands at this moment."""
    with as_problems():
        _check_filters(request)
        found = numbers(Dataset.of(*asked_of(request, "read_overview")), clock.now())
    return Response(vars(found))


@extend_schema(
    tags=["Analytics"],
    responses=AggregatedSerializer(many=True),
    parameters=[
        OpenApiParameter("metric_type", enum=list(MEASURES), description="All of them without."),
        OpenApiParameter("period", enum=list(PERIODS), default="daily"),
        OpenApiParameter("start_date", OpenApiTypes.DATE, description="30 days back without."),
        OpenApiParameter("end_date", OpenApiTypes.DATE, description="Included. Today without."),
        WORKSPACE,
        ENVIRONMENT,
    ],
)
@api_view(["GET"])
def aggregated(request: Request) -> Response:
    """A metric over time, oldest first: one entry for each day, week or month of the range that is over."""
    now = clock.now()
    dataset = Dataset.of(*asked_of(request, "read_overview"))
    params = request.query_params
    with as_problems():
        _check_filters(request)
        every = known("period", params.get("period", "daily"), PERIODS, "period")
        first, last = _range(params, now.astimezone(ZoneInfo(dataset.zone)).date())
        rows = kept(dataset).filter(period=every, metric_date__range=(first, last))
        if name := params.get("metric_type"):
            rows = rows.filter(metric_type=_measure(name, every))
        bring_up_to_date(dataset, now)
    return Response([entry(row) for row in rows])


def entry(row: AggregatedMetric) -> dict[str, Any]:
    return {
        "id": str(row.uid),
        "metric_date": row.metric_date.isoformat(),
        "metric_type": row.metric_type,
        "period": row.period,
        "value": row.value,
        "metadata": {"calculated_at": row.calculated_at.strftime("%Y-%m-%dT%H:%M:%SZ")} | row.notes,
    }


def _check_filters(request: Request) -> None:
    """Unfiltered numbers would pass for those that were asked for."""
    if request.query_params.get("f"):
        raise QueryError(UNFILTERED, "f")


def _measure(name: str, every: str) -> str:
    measure = MEASURES[known("metric_type", name, MEASURES, "metric_type")]
    if every not in measure.periods:
        raise QueryError(
            f"{name} is kept {' and '.join(measure.periods)}. Ask for period={measure.periods[0]}.", "period"
        )
    return name


def _range(params: Any, today: date) -> tuple[date, date]:
    last = _date(params, "end_date", today)
    first = _date(params, "start_date", last - timedelta(DAYS))
    if not timedelta(0) <= last - first <= timedelta(MAX_DAYS):
        raise QueryError(
            f"end_date must not lie before start_date, nor more than {MAX_DAYS} days after it.", "end_date"
        )
    return first, last


def _date(params: Any, name: str, usual: date) -> date:
    try:
        found = date.fromisoformat(params[name]) if params.get(name) else usual
    except ValueError:
        found = None
    if found is None or not 1970 < found.year < 2100:
        raise QueryError(f"{name} is a date, such as {name}=2026-01-31.", name)
    return found
