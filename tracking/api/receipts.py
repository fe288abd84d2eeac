"""What became of a request, how far storing has come, and how the door is set: for whoever sends events.

GET       /api/v1/receipts/{id}                 what was accepted, what refused and why, and whether it is stored
GET       /api/v1/watermark                     everything acknowledged before this moment is counted
GET, POST /api/v1/analytics/process-events      the same, with the day's counts
GET       /api/v1/analytics/config              how events of this workspace are taken
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import redis
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from config.lib import clock
from config.lib.problems import Problem
from tracking import buffer, intake, receipts, rejections, rules, spool, usage
from tracking.api.asked import ENVIRONMENT, WORKSPACE, asked_of, dataset_of
from tracking.forwarding import setup
from tracking.serializers import VerdictSerializer

# Between the moment in a receipt and its events' place in the log lies the time the door may take to write them.
WRITING = timedelta(seconds=2)
READ_AT_MOST = 2000  # entries of the log
# What the script does unless a website's own attributes say otherwise.
BATCH_SIZE, FLUSH_SECONDS = 50, 5


class StatusSerializer(serializers.Serializer[Any]):
    receipt = serializers.UUIDField()
    received_at = serializers.DateTimeField()
    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    rejected = serializers.IntegerField()
    quarantined = serializers.IntegerField(help_text="Set aside by a schema, to be repaired and counted later.")
    held = serializers.IntegerField(help_text="Beyond the limit when they came: counted when it is raised.")
    stored = serializers.BooleanField(help_text="Whether the accepted events are in every report.")
    watermark = serializers.DateTimeField(allow_null=True, help_text="Null while the log is away.")
    refusals = VerdictSerializer(
        many=True, help_text="The refused and quarantined events, up to 20 of them, for about a week."
    )


class WatermarkSerializer(serializers.Serializer[Any]):
    watermark = serializers.DateTimeField(help_text="Everything acknowledged before this moment is counted.")
    lag_seconds = serializers.FloatField(help_text="Age of the oldest event that is not stored yet.")


class ProcessingSerializer(WatermarkSerializer):
    status = serializers.ChoiceField(["processed", "processing"])
    pending = serializers.IntegerField(help_text="Requests of all workspaces that are logged and not stored yet.")
    accepted_today = serializers.IntegerField()
    refused_today = serializers.DictField(child=serializers.IntegerField(), help_text="By reason.")


class ConfigSerializer(serializers.Serializer[Any]):
    enabled = serializers.BooleanField(help_text="Whether events are taken at all.")
    amplitude_configured = serializers.BooleanField(help_text="Whether a destination of this kind gets events now.")
    mixpanel_configured = serializers.BooleanField()
    pii_tracking_enabled = serializers.BooleanField(help_text="Whether personal data are kept.")
    sandbox_mode = serializers.BooleanField(help_text="Test keys: nothing goes where live events go.")
    batch_size = serializers.IntegerField()
    flush_interval_seconds = serializers.IntegerField()
    data_retention_days = serializers.IntegerField(
        required=False, help_text="Older events are deleted. Left out where they are kept for ever."
    )


@extend_schema(
    tags=["Sending events"], operation_id="receipt", responses=StatusSerializer, parameters=[WORKSPACE, ENVIRONMENT]
)
@api_view(["GET"])
def receipt(request: Request, uid: uuid.UUID) -> Response:
    """What became of a request to one of the collect endpoints."""
    dataset_id = dataset_of(request)
    found = receipts.read(dataset_id, uid)
    if found is None:
        raise Http404
    received_ms, counts = found
    received_at = datetime.fromtimestamp(received_ms / 1000, UTC)
    stored, until = _progress_of(uid, received_at)
    return Response(
        {
            "receipt": str(uid),
            "received_at": received_at.isoformat(timespec="milliseconds"),
            "accepted": counts.accepted,
            "duplicates": counts.duplicates,
            "rejected": counts.refused,
            "quarantined": counts.quarantined,
            "held": counts.held,
            "stored": stored,
            "watermark": until.isoformat(timespec="milliseconds") if until else None,
            "refusals": _refusals(dataset_id, str(uid)) if counts.refused or counts.quarantined else [],
        }
    )


@extend_schema(tags=["Sending events"], operation_id="watermark", responses=WatermarkSerializer)
@api_view(["GET"])
def watermark(request: Request) -> Response:
    """How far storing has come."""
    return Response(_progress())


@extend_schema(
    tags=["Sending events"], request=None, responses=ProcessingSerializer, parameters=[WORKSPACE, ENVIRONMENT]
)
@api_view(["GET", "POST"])
def process_events(request: Request) -> Response:
    """How processing stands. Events are processed within a second by themselves; asking changes nothing."""
    dataset_id = dataset_of(request)
    with log_needed():
        today, pending = usage.of_day(dataset_id, clock.now()), buffer.waiting()
    accepted = today.pop(usage.ACCEPTED, 0)
    return Response(
        {
            "status": "processing" if pending else "processed",
            "pending": pending,
            "accepted_today": accepted,
            "refused_today": today,
            **_progress(),
        }
    )


@extend_schema(tags=["Sending events"], responses=ConfigSerializer, parameters=[WORKSPACE, ENVIRONMENT])
@api_view(["GET"])
def config(request: Request) -> Response:
    """How events of this workspace are taken."""
    workspace, environment = asked_of(request)
    set_to = rules.of(workspace, environment)
    connected = setup.is_connected(workspace, ("amplitude", "mixpanel"), environment)
    return Response(
        {
            "enabled": not set_to.is_paused,
            "amplitude_configured": connected["amplitude"],
            "mixpanel_configured": connected["mixpanel"],
            "pii_tracking_enabled": set_to.keeps_personal_data,
            "sandbox_mode": environment == "test",
            "batch_size": BATCH_SIZE,
            "flush_interval_seconds": FLUSH_SECONDS,
            **({"data_retention_days": set_to.kept.days} if set_to.kept.days else {}),
        }
    )


def _progress() -> dict[str, Any]:
    until = _watermark()
    return {
        "watermark": until.isoformat(timespec="milliseconds"),
        "lag_seconds": round(max(0.0, (clock.now() - until).total_seconds()), 3),
    }


def _watermark() -> datetime:
    with log_needed():
        return intake.watermark()


def _progress_of(uid: uuid.UUID, received_at: datetime) -> tuple[bool, datetime | None]:
    """(whether it is stored, the watermark). What is kept beside the log is known without it."""
    is_kept = spool.holds(str(uid).encode())
    try:
        until = _watermark()
    except Problem:
        if is_kept:
            return False, None
        raise
    return not is_kept and _is_stored(uid, received_at, until), until


def _is_stored(uid: uuid.UUID, received_at: datetime, until: datetime) -> bool:
    """Looks for the receipt in the log; where that is too long to read, by the clock."""
    with log_needed():
        is_waiting = buffer.holds(str(uid).encode(), READ_AT_MOST)
    return until > received_at + WRITING if is_waiting is None else not is_waiting


@contextmanager
def log_needed() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as error:
        raise Problem(503, "log_unavailable", "The log cannot be read now.", headers={"Retry-After": "5"}) from error


def _refusals(dataset_id: int, number: str) -> list[dict[str, Any]]:
    try:
        return [
            {name: row.get(name) for name in ("i", "id", "status", "code", "detail", "pointer")}
            for row in rejections.lately(dataset_id, number)
        ]
    except redis.RedisError:
        return []
