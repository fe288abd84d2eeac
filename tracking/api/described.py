"""The ingestion endpoints besides /collect as OpenAPI shows them."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers

from tracking.serializers import KEY_PARAMETERS, REFUSALS, CollectSerializer, EventSerializer, ReceiptSerializer

SAME = "Fields, verdicts and limits are those of /collect."


class ActionSerializer(serializers.Serializer[Any]):
    timestamp = serializers.CharField(required=False)
    action_type = serializers.CharField(
        help_text="enter-page, onclick, onsubmit, onsearch, identify, scroll-depth, end-session, custom, the name of "
        "any event type, or a name of your own. Further fields become properties."
    )
    url = serializers.CharField(required=False)
    value = serializers.JSONField(required=False, help_text="Of a search its text, of scrolling the percentage.")


class OptimizedSerializer(serializers.Serializer[Any]):
    customerObject = serializers.DictField(help_text="apiKey, website.")
    userObject = serializers.DictField(help_text="uuid: the visitor; sessionData.id: the session.")
    actionLog = ActionSerializer(many=True)


class OptimizedReceiptSerializer(ReceiptSerializer):
    status = serializers.ChoiceField(["success", "partial", "rejected"])
    events_processed = serializers.IntegerField(help_text="Accepted, or known already.")


def _operation(name: str, summary: str, request: Any, example: Any, receipt: Any = ReceiptSerializer) -> dict[str, Any]:
    return {
        **({"operation_id": name} if name else {}),
        "tags": ["Sending events"],
        "summary": summary,
        "description": SAME,
        "auth": [],
        "parameters": KEY_PARAMETERS,
        "request": {"application/json": request, "text/plain": request},
        "responses": {200: receipt, 422: receipt} | REFUSALS,
        "examples": [OpenApiExample("Example", example, request_only=True)],
    }


OPTIMIZED = _operation(
    "collect_optimized",
    "Send a log of actions",
    OptimizedSerializer,
    {
        "customerObject": {"apiKey": "mp_live_123", "website": "example.com"},
        "userObject": {"uuid": "visitor_456", "sessionData": {"id": "session_123"}},
        "actionLog": [{"action_type": "enter-page", "url": "https://example.com"}],
    },
    OptimizedReceiptSerializer,
)
EVENT = _operation(
    "",  # it has several addresses, and each names its operation by itself
    "Send one event",
    EventSerializer,
    {"event_type": "feature_used", "event_data": {"feature_name": "image_generator"}, "user_id": "user_123"},
)
BATCH = _operation(
    "send_events",
    "Send a list of events",
    CollectSerializer,
    {"events": [{"name": "signup", "properties": {"plan": "pro"}, "user_id": "user_123"}]},
)
INGEST = _operation(
    "ingest_event",
    "Send one event of a schema",
    EventSerializer,
    {
        "schema_id": "portfolio",
        "event_type": "project_click",
        "properties": {"project_name": "AI Chatbot", "project_url": "/projects/ai-chatbot"},
        "user_id": "user_123",
        "session_id": "session_456",
    },
)
PIXEL: dict[str, Any] = {
    "operation_id": "pixel",
    "tags": ["Sending events"],
    "summary": "Send one event by loading an image",
    "description": "For e-mails and pages without JavaScript. Fields that are not an event's own become properties.",
    "auth": [],
    "parameters": [
        *KEY_PARAMETERS,
        OpenApiParameter("event_type", description="Left out: page_view."),
        OpenApiParameter("url", description="Left out: the page that shows the image."),
        *(OpenApiParameter(name) for name in ("user_id", "visitor_id", "session_id", "title", "event_name", "id")),
    ],
    "responses": {(200, "image/gif"): OpenApiTypes.BINARY, (422, "image/gif"): OpenApiTypes.BINARY} | REFUSALS,
}
