"""Data quality → Ingestion: whether every event that was sent is accounted for, and what was refused and why."""

from collections import Counter
from datetime import datetime
from typing import Any

import redis
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.lib import clock
from tracking import conservation, intake, rejections, usage
from tracking.models import HourDifference
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.models import Environment
from workspaces.roles import needs

LISTED = 20


@workspace_view(needs=needs("analyse"))
@require_safe
def ingestion(request: WorkspaceRequest, slug: str) -> HttpResponse:
    environment: Environment = "test" if request.GET.get("env") == "test" else "live"
    now = clock.now()
    context: dict[str, Any] = {"environment": environment, "state": intake.state(now)}
    differences = HourDifference.objects.filter(workspace=request.workspace, environment=environment)
    context["differences"] = differences.filter(hour__gt=now - conservation.HOURS * conservation.HOUR)
    try:
        context |= _books(request.workspace.dataset_id(environment), now)
    except redis.RedisError:
        context["is_away"] = True
    return render(request, "tracking/ingestion.html", context)


def _books(dataset_id: int, now: datetime) -> dict[str, Any]:
    hours = conservation.hours(dataset_id, now, conservation.settled_until())
    refused: Counter[str] = Counter()
    for hour in hours:
        refused.update(hour.refused)
    return {
        "hours": [hour for hour in hours if hour.door or hour.writer],
        "received": sum(hour.received for hour in hours),
        "stored": sum(hour.stored for hour in hours),
        "refusals": sum(refused.values()),
        "given_up": sum(hour.given_up for hour in hours),
        "reasons": [(code, usage.SAID[code], number) for code, number in refused.most_common()],
        "latest": [
            row | {"moment": datetime.fromisoformat(row["at"])} for row in rejections.lately(dataset_id, most=LISTED)
        ],
    }
