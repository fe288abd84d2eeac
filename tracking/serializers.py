"""What the ingestion endpoints take and answer, as OpenAPI shows it, and the description of the first of them.

Requests are read by tracking.payloads, which is 50 times faster. The other endpoints: tracking.api.described.
"""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from tracking.events import EventType
from tracking.usage import DropReason


class EventSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(
        required=False,
        help_text="UUID version 4 or 7 (also `event_id`). The same id counts once, however often it is sent.",
    )
    event_type = serializers.CharField(
        help_text=f"One of {', '.join(EventType)}; any other name is a custom event. "
        "Also `type`, `event`, `event_name`, `name`."
    )
    timestamp = serializers.CharField(
        required=False, help_text="RFC 3339 with a zone, or epoch milliseconds. Left out: the time of arrival."
    )
    session_id = serializers.CharField(required=False)
    visitor_id = serializers.CharField(required=False)
    user_id = serializers.CharField(required=False)
    url = serializers.CharField(required=False)
    referrer = serializers.CharField(required=False)
    title = serializers.CharField(required=False)
    properties = serializers.DictField(required=False, help_text="Also `event_data`, `props`.")
    insert_id = serializers.CharField(
        required=False, help_text="Instead of `id`: a text of your own that names this event, such as an order number."
    )
    schema_id = serializers.CharField(required=False, help_text="The schema that the properties follow.")
    user_properties = serializers.DictField(
        required=False, help_text="What is so of the person from now on; null removes one."
    )
    user_properties_once = serializers.DictField(required=False, help_text="The same, where nothing is known yet.")
    previous_id = serializers.CharField(
        required=False, help_text="A visitor_id or user_id that turned out to be the same person."
    )


class CollectSerializer(serializers.Serializer[Any]):
    events = EventSerializer(many=True, help_text="1 to 500 events; also `batch`, or one event as the body itself.")
    api_key = serializers.CharField(required=False, help_text="For senders that cannot set headers, such as beacons.")
    sent_at = serializers.CharField(required=False, help_text="The sender's clock now: corrects a wrong clock.")
    session_id = serializers.CharField(required=False, help_text="This and the next four: for all events.")
    visitor_id = serializers.CharField(required=False)
    user_id = serializers.CharField(required=False)
    url = serializers.CharField(required=False)
    dropped = serializers.IntegerField(
        required=False,
        min_value=1,
        help_text="Events you gave up before sending, since you last said so. Only counted.",
    )
    context = serializers.DictField(required=False)  # type: ignore[assignment]  # DRF has an attribute of this name


class VerdictSerializer(serializers.Serializer[Any]):
    i = serializers.IntegerField(help_text="Place in the request, from 0.")
    id = serializers.UUIDField(allow_null=True, help_text="The event's id: yours, or the one derived from its content.")
    status = serializers.ChoiceField(["accepted", "duplicate", "held", "quarantined", "rejected"])
    code = serializers.ChoiceField([reason.value for reason in DropReason], allow_null=True)
    detail = serializers.CharField(required=False)
    pointer = serializers.CharField(required=False, help_text="JSON pointer within the event.")


class ReceiptSerializer(serializers.Serializer[Any]):
    receipt = serializers.UUIDField()
    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    held = serializers.IntegerField()
    rejected = serializers.IntegerField()
    quarantined = serializers.IntegerField(required=False, help_text="Set aside by a schema; left out where none is.")
    results = VerdictSerializer(many=True)


def problem(description: str) -> OpenApiResponse:
    return OpenApiResponse(OpenApiTypes.OBJECT, description=f"{description} As application/problem+json.")


_EVENT = {
    "event_type": "page_view",
    "timestamp": "2026-03-10T12:00:00Z",
    "session_id": "session_123",
    "properties": {"url": "https://example.com", "title": "Home"},
}
_ANSWER = {
    "receipt": "3a5ba0d1-6f9a-4bd1-9d0c-2f6a37b6a1a1",
    "accepted": 1,
    "duplicates": 0,
    "held": 0,
    "rejected": 0,
    "results": [{"i": 0, "id": "0d3c4b2e-5a68-8c3f-9f21-7b1f4f0c9f10", "status": "accepted", "code": None}],
}
KEY_PARAMETERS = [
    OpenApiParameter("X-API-Key", location="header", description="Or `Authorization: Bearer`, or in the body."),
    OpenApiParameter("k", description="The key, for senders that can set neither header nor body."),
]
REFUSALS = {
    400: problem("Not JSON, not UTF-8, a name written twice, or two different keys."),
    401: problem("No key, or one that is unknown, revoked or expired."),
    402: problem("The limit of events is used up, and no more can be held."),
    403: problem("The key may not write, a secret key came from a web page, or the origin is not allowed."),
    411: problem("A chunked body."),
    413: problem("More than 1 MiB, 5 MiB unpacked, or 500 events."),
    415: problem("Another content type, charset or content encoding."),
    503: problem("Events cannot be logged now; see Retry-After."),
    429: problem("Too many requests of one key or address; see Retry-After."),
}
COLLECT: dict[str, Any] = {
    "operation_id": "collect",
    "tags": ["Sending events"],
    "summary": "Send events",
    "description": (
        "200: every event has a verdict, and what is accepted is on the disk. 4xx: do not send the same again. "
        "408, 425, 429 and 5xx: send the same bytes again after Retry-After; they never count twice. "
        "Give each event an `id` or a `timestamp`: of events with neither, the same bytes within a day are one request."
    ),
    "auth": [],
    "parameters": KEY_PARAMETERS,
    "request": {"application/json": CollectSerializer, "text/plain": CollectSerializer},
    "responses": {200: ReceiptSerializer, 422: ReceiptSerializer} | REFUSALS,
    "examples": [
        OpenApiExample("A page view", {"events": [_EVENT]}, request_only=True),
        OpenApiExample("Accepted", _ANSWER, response_only=True, status_codes=["200"]),
    ],
}
