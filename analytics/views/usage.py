"""An organization's usage: how much of each limit is used, where it goes, and what happens then."""

from datetime import UTC, date, datetime
from typing import Any

import redis
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from analytics import quotas
from analytics.forms_usage import KeyLimitForm
from analytics.quotas.state import forecast
from analytics.views import spans
from analytics.views.usage_words import Line, line
from config.lib import clock
from tracking.models import UsageDifference, UsageProgress
from tracking.usage import counters, hold, series
from workspaces import limits, roles
from workspaces.access import OrganizationRequest, organization_view
from workspaces.forms import refusals_in
from workspaces.models import ApiKey, Limit, Membership, Organization

LIMITS_KEYS = roles.needs("roll_up_usage")


@organization_view(needs=roles.needs("read_overview"))
@require_http_methods(["GET", "POST"])
def usage(request: OrganizationRequest, slug: str) -> HttpResponse:
    may_limit = roles.may(request.role, "roll_up_usage")
    form = KeyLimitForm(request.POST or None, organization=request.organization)
    if request.method == "POST" and may_limit and form.is_valid():
        with refusals_in(form):
            limits.set_limit(
                request.organization,
                form.quota(),
                actor=request.user,
                now=clock.now(),
                key=form.cleaned_data["key"],
                source=Limit.Source.OWN,
            )
            messages.success(request, "The limit holds within five seconds.")
            return redirect("usage", slug)
    context = {"form": form if may_limit else None, "may_bill": roles.may(request.role, "manage_billing")}
    return render(request, "analytics/usage/usage.html", context | _context(request.organization, clock.now()))


@organization_view(needs=LIMITS_KEYS)
@require_POST
def lift_limit(request: OrganizationRequest, slug: str, uid: str) -> HttpResponse:
    """Takes back a limit that the organization set for one of its keys."""
    found = get_object_or_404(Limit, organization=request.organization, source=Limit.Source.OWN, uid=uid)
    limits.lift(found, actor=request.user, now=clock.now())
    messages.success(request, "The limit is taken back.")
    return redirect("usage", slug)


def _context(organization: Organization, now: datetime) -> dict[str, Any]:
    try:
        return _numbers(organization, now)
    except redis.RedisError:
        return {"is_away": True}


def _numbers(organization: Organization, now: datetime) -> dict[str, Any]:
    first = now.astimezone(UTC).date().replace(day=1)
    month = counters.everything(organization.pk, "month", now)
    names = dict(ApiKey.objects.filter(workspace__organization=organization).values_list("id", "name"))
    lines = [line(each, names, now) for each in quotas.of_organization(organization, now)]
    held, held_until = hold.waiting(organization.pk)
    used = month.get(limits.EVENTS, 0)
    return {
        "month": f"{first:%B %Y}",
        "used": used,
        "forecast": forecast(used, "month", now),
        "main": next((each for each in lines if _is_main(each)), None),
        "lines": [each for each in lines if not _is_main(each)],
        "held": held,
        "held_until": held_until,
        "data": _chart(organization.pk, first, now),
        "by_workspace": _by_workspace(organization, first, used, now),
        "by_key": _by_key(month, names, used),
        "own_units": {field: number for field, number in sorted(month.items()) if _is_unit(field)},
        "own_limits": Limit.objects.filter(organization=organization, source=Limit.Source.OWN).select_related(
            "api_key"
        ),
        "seats": _seats(organization, now),
        "checked_at": UsageProgress.objects.values_list("reconciled_at", flat=True).first(),
        "differences": UsageDifference.objects.filter(organization=organization),
        "now": now,
    }


def _is_main(each: Line) -> bool:
    return (each.quota.metric, each.quota.period, each.quota.key_id) == (limits.EVENTS, "month", None)


def _is_unit(field: str) -> bool:
    return ":" not in field and field not in limits.MEASURED


def _chart(organization_id: int, first: date, now: datetime) -> dict[str, Any]:
    """Events of each day of the month so far, for plot.js."""
    today = now.astimezone(UTC).date()
    days = series.by_day(organization_id, first, today, now)
    starts = [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in days]
    values = [metrics.get(limits.EVENTS, 0) for metrics in days.values()]
    return {
        "unit": "count",
        "kind": "bar",
        "labels": [spans.short(start, "day") for start in starts],
        "titles": [spans.long(start, "day") for start in starts],
        "partial": len(values) - 1,
        "lines": [{"label": "Events", "colour": 1, "values": values, "before": None}],
    }


def _by_workspace(organization: Organization, first: date, used: int, now: datetime) -> list[tuple[str, int]]:
    """Booked for five minutes at most; what came since is counted, and a row of its own."""
    names = dict(organization.workspaces.values_list("id", "name"))
    found = series.by_workspace(organization.pk, limits.EVENTS, first, now)
    rows = [(names.get(each, "a deleted workspace"), number) for each, number in found.items()]
    return _with_rest(rows, "in the last minutes, not assigned yet", used)


def _by_key(month: dict[str, int], names: dict[int, str], used: int) -> list[tuple[str, int]]:
    prefix = counters.field(limits.EVENTS, 1).removesuffix("1")
    rows = [
        (names.get(int(field.removeprefix(prefix)), "a deleted key"), number)
        for field, number in month.items()
        if field.startswith(prefix)
    ]
    return _with_rest(rows, "without a key of yours: demo data", used)


def _with_rest(rows: list[tuple[str, int]], rest: str, used: int) -> list[tuple[str, int]]:
    """The most first; what none of them has last, so that the rows add up to what stands above them."""
    missing = used - sum(number for _, number in rows)
    return sorted(rows, key=lambda row: -row[1]) + ([(rest, missing)] if missing > 0 else [])


def _seats(organization: Organization, now: datetime) -> tuple[int, int] | None:
    """(taken, allowed), where there is a limit."""
    most = next((each.most for each in limits.in_force(organization.pk, now) if each.metric == limits.SEATS), None)
    return None if most is None else (Membership.objects.filter(organization=organization).count(), most)
