"""Usage over HTTP: what was used by day, what is allowed, counting one's own units, adding up by hand.

GET  /api/v1/analytics/usage     by day and metric, of the whole organization
POST /api/v1/analytics/usage     one's own units: increment_usage
GET  /api/v1/analytics/quotas    every limit, or with ?metric= the one: check_quota
POST /api/v1/analytics/rollup    add up days anew
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import quotas
from analytics.api.asked import WORKSPACE, asked_of
from analytics.quotas import Quota, QuotaState
from config.lib import clock
from config.lib.problems import Problem
from config.lib.ratelimit import Limit as Rate
from config.lib.ratelimit import wait_seconds
from tracking.api.receipts import log_needed
from tracking.usage import increments, rollup, series
from workspaces import audit
from workspaces.access import requested_workspace
from workspaces.api_keys import KeyHolder
from workspaces.models import ApiKey, Workspace
from workspaces.roles import needs

DAYS, MAX_DAYS = 30, 400
FIRST_YEAR, LAST_YEAR = 2000, 2100
ROLLUPS = Rate(rate=1 / 10, burst=5)
ROLLED_BY_DEFAULT = 2  # yesterday and today


class UsageRowSerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    metric = serializers.CharField()
    count = serializers.IntegerField()


class UsageSerializer(serializers.Serializer[Any]):
    usage = UsageRowSerializer(many=True, help_text="Days in UTC; a day on which nothing was used is left out.")
    totals = serializers.DictField(child=serializers.IntegerField(), help_text="Of the whole range, by metric.")
    first = serializers.DateField()
    last = serializers.DateField()
    as_of = serializers.DateTimeField()


class QuotaSerializer(serializers.Serializer[Any]):
    metric = serializers.CharField()
    period = serializers.ChoiceField(["day", "month"])
    current = serializers.IntegerField(help_text="Used so far.")
    limit = serializers.IntegerField(allow_null=True, help_text="null: none.")
    remaining = serializers.IntegerField(allow_null=True)
    percent = serializers.FloatField(allow_null=True)
    exceeded = serializers.BooleanField(help_text="All of it is used: one more is too many.")
    policy = serializers.ChoiceField(["soft", "hard", ""])
    state = serializers.ChoiceField([state.value for state in QuotaState])
    key = serializers.UUIDField(allow_null=True, help_text="Where the limit is that of one API key.")
    resets_at = serializers.DateTimeField()
    forecast = serializers.IntegerField(allow_null=True, help_text="By the end of the period, at this pace.")


class QuotasSerializer(serializers.Serializer[Any]):
    quotas = QuotaSerializer(many=True)
    as_of = serializers.DateTimeField()


class IncrementSerializer(serializers.Serializer[Any]):
    metric = serializers.CharField(max_length=64)
    quantity = serializers.IntegerField(default=1, min_value=1, max_value=increments.MOST_AT_ONCE)
    event_id = serializers.CharField(
        max_length=increments.LONGEST_EVENT_ID, required=False, help_text="The same one again counts nothing."
    )


class CountedSerializer(serializers.Serializer[Any]):
    metric = serializers.CharField()
    quantity = serializers.IntegerField()
    counted = serializers.BooleanField(help_text="False: this event_id was counted before, or the key is a test key.")
    quota = QuotaSerializer()


class RollupSerializer(serializers.Serializer[Any]):
    first = serializers.DateField(required=False, help_text="Yesterday, where it is left out.")
    last = serializers.DateField(required=False, help_text="Today, where it is left out.")


class RolledSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    days = serializers.IntegerField()
    rows = serializers.IntegerField(help_text="Sums that were written: one for each day, workspace and metric.")
    totals = serializers.DictField(child=serializers.IntegerField(), help_text="Of these days, by metric.")
    rolled_at = serializers.DateTimeField()


@extend_schema(
    tags=["Usage"],
    methods=["GET"],
    operation_id="usage",
    responses=UsageSerializer,
    parameters=[
        OpenApiParameter("metric", description="One metric only."),
        OpenApiParameter("from", OpenApiTypes.DATE, description=f"First day; {DAYS} days ago without."),
        OpenApiParameter("to", OpenApiTypes.DATE, description="Last day, included; today without."),
        WORKSPACE,
    ],
)
@extend_schema(
    tags=["Usage"],
    methods=["POST"],
    operation_id="increment_usage",
    request=IncrementSerializer,
    responses={
        200: CountedSerializer,
        402: OpenApiResponse(OpenApiTypes.OBJECT, description="A hard limit would be passed; nothing was counted."),
    },
    parameters=[WORKSPACE],
    examples=[
        OpenApiExample(
            "One request",
            {"metric": "api_requests_daily", "quantity": 1, "event_id": "req-7f3a"},
            request_only=True,
        )
    ],
)
@api_view(["GET", "POST"])
def usage(request: Request) -> Response:
    """What your organization used, by day; or count a unit of your own."""
    return _increment(request) if request.method == "POST" else _usage(request)


@extend_schema(
    tags=["Usage"],
    responses=PolymorphicProxySerializer(
        "QuotaAnswer", [QuotasSerializer, QuotaSerializer], resource_type_field_name=None
    ),
    parameters=[
        OpenApiParameter("metric", description="One quota alone, such as events or api_requests_daily: its object."),
        WORKSPACE,
    ],
)
@api_view(["GET"])
def quotas_view(request: Request) -> Response:
    """Every limit and how much of it is used; with `metric` that of one."""
    now, workspace = clock.now(), _workspace(request, "analyse")
    with log_needed():
        if name := request.query_params.get("metric"):
            return Response(_checked(request, workspace, _name(name), now))
        found = shown(quotas.of_organization(workspace.organization, now))
    return Response({"quotas": found, "as_of": now.isoformat()})


@extend_schema(tags=["Usage"], request=RollupSerializer, responses=RolledSerializer, parameters=[WORKSPACE])
@api_view(["POST"])
def roll_up(request: Request) -> Response:
    """Add up days anew from the ledger. It happens by itself at 00:10 UTC; asking twice changes nothing."""
    now = clock.now()
    workspace, _ = asked_of(request, "roll_up_usage")
    body = RollupSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    today = now.astimezone(UTC).date()
    usual = today - timedelta(days=ROLLED_BY_DEFAULT - 1)
    first, last = _range(body.validated_data.get("first", usual), body.validated_data.get("last", today))
    if wait_s := wait_seconds(f"rollup:{workspace.organization_id}", ROLLUPS):
        detail = f"Adding up is for now and then. Try again in {wait_s} seconds."
        raise Problem(429, "rate_limit", detail, headers={"Retry-After": str(wait_s)})
    with log_needed():
        rolled = rollup.roll_days(workspace.organization_id, first, last, now)
    audit.record(workspace.organization, request.user, "usage.rollup", f"{first} to {last}", now=now)
    totals = series.rolled(workspace.organization_id, first, last)
    about = {"days": rolled.days, "rows": rolled.rows, "totals": totals, "rolled_at": now.isoformat()}
    return Response({"success": True, **about})


def shown(found: list[Quota]) -> list[dict[str, Any]]:
    """Quotas as the API writes them."""
    ids = {quota.key_id for quota in found if quota.key_id}
    uids = dict(ApiKey.objects.filter(pk__in=ids).values_list("pk", "uid")) if ids else {}
    return [_row(quota, str(uids[quota.key_id]) if quota.key_id else None) for quota in found]


def _row(quota: Quota, key: str | None) -> dict[str, Any]:
    return {
        "metric": quota.metric,
        "period": quota.period,
        "current": quota.used,
        "limit": quota.most,
        "remaining": quota.remaining,
        "percent": quota.percent,
        "exceeded": quota.is_exceeded,
        "policy": quota.policy,
        "state": quota.state.value,
        "key": key,
        "resets_at": quota.resets_at.isoformat(),
        "forecast": quota.forecast,
    }


def _usage(request: Request) -> Response:
    now = clock.now()
    workspace, _ = asked_of(request, "analyse")
    last = _day(request, "to") or now.astimezone(UTC).date()
    first, last = _range(_day(request, "from") or last - timedelta(days=DAYS - 1), last)
    wanted = request.query_params.get("metric")
    with log_needed():
        days = series.by_day(workspace.organization_id, first, last, now)
    found = [
        (day.isoformat(), metric, count)
        for day, metrics in days.items()
        for metric, count in sorted(metrics.items())
        if wanted in (None, "", metric)
    ]
    totals: Counter[str] = Counter()
    for _, metric, count in found:
        totals[metric] += count
    rows = [{"date": day, "metric": metric, "count": count} for day, metric, count in found]
    about = {"first": first.isoformat(), "last": last.isoformat(), "as_of": now.isoformat()}
    return Response({"usage": rows, "totals": totals, **about})


def _increment(request: Request) -> Response:
    now, workspace = clock.now(), _workspace(request, "change_workspace", writes=True)
    body = IncrementSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    metric, quantity = _name(body.validated_data["metric"]), body.validated_data["quantity"]
    key = request.user.key if isinstance(request.user, KeyHolder) else None
    about = {"key_id": key.pk if key else 0, "event_id": body.validated_data.get("event_id", "")}
    with log_needed():
        is_test = key is not None and key.environment == "test"
        counted = not is_test and increments.increment(workspace, metric, quantity, now, **about)
        quota = _checked(request, workspace, metric, now)
    return Response({"metric": metric, "quantity": quantity, "counted": counted, "quota": quota})


def _checked(request: Request, workspace: Workspace, name: str, now: datetime) -> dict[str, Any]:
    key_id = request.user.key.pk if isinstance(request.user, KeyHolder) else 0
    return shown([quotas.check(workspace.organization, name, now, key_id)])[0]


def _workspace(request: Request, action: str, *, writes: bool = False) -> Workspace:
    """A secret key that counts may also ask how much it has left: neither needs the right to read events."""
    if not isinstance(request.user, KeyHolder):
        return requested_workspace(request, needs(action))
    key = request.user.key
    if key.kind != ApiKey.Kind.SECRET:
        raise Problem(403, "secret_key_needed", "Use a secret key: anybody can read a publishable one in a web page.")
    if writes and not {ApiKey.Permission.WRITE, ApiKey.Permission.ADMIN} & set(key.permissions):
        raise Problem(403, "key_permission", "This key may not write. Use one with the permission write.")
    return key.workspace


def _name(written: str) -> str:
    if not increments.METRIC.fullmatch(written):
        raise Problem(
            422, "metric", "Name the metric in a-z, 0-9, _ and ., such as api_requests_daily.", field="metric"
        )
    return written


def _day(request: Request, name: str) -> date | None:
    written = request.query_params.get(name)
    try:
        day = date.fromisoformat(written) if written else None
    except ValueError:
        day = date.min
    if day and not FIRST_YEAR <= day.year <= LAST_YEAR:  # also because days are counted back from it
        raise Problem(400, "invalid_date", f"{name} is a date, such as {name}=2026-01-31.", field=name)
    return day


def _range(first: date, last: date) -> tuple[date, date]:
    if not 0 <= (last - first).days < MAX_DAYS or first.year < FIRST_YEAR or last.year > LAST_YEAR:
        raise Problem(400, "invalid_date", f"Ask for 1 to {MAX_DAYS} days; the last must not lie before the first.")
    return first, last
