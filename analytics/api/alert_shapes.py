"""What alerts look like in the API. `analytics.alerts.rules` checks what shapes cannot."""

import math
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from analytics.alerts import question
from analytics.alerts.trial import Sent, Trial
from analytics.models import AlertChange, AlertRule, Notice
from analytics.query.lookup import SavedOf
from analytics.query.model import QueryError
from config.lib import clock
from config.lib.known_fields import KnownFields

QUERY_HELP = (
    "A metric (visitors), one with conditions (events;is,event,signup), a saved metric (saved,<id>), or several with a "
    "formula (s=completions&s=visitors&formula=A/B*100). The JSON of a trend's series and formula is read as well."
)
CHANNELS_HELP = "Ids of channels, or a kind: all channels of it. `email` without one of its own means you."
HOURS_HELP = '{"from": "22:00", "to": "07:00", "days": ["mon", "tue"]} in the workspace\'s zone, or null.'
LARGEST = 1e15


class NumberField(serializers.FloatField):
    """Finite, and of a size that means something."""

    def to_internal_value(self, data: Any) -> float:
        try:
            found = super().to_internal_value(data)
        except OverflowError:
            found = math.inf
        if not math.isfinite(found) or abs(found) > LARGEST:
            raise serializers.ValidationError(f"Give a number between -{LARGEST:.0e} and {LARGEST:.0e}.")
        return found


@extend_schema_field({"type": "string", "description": QUERY_HELP})
class QuestionField(serializers.Field[Any, Any, Any, Any]):
    def to_internal_value(self, data: Any) -> Any:
        return data  # rules read it, and say what to write instead

    def to_representation(self, rule: AlertRule) -> str:
        try:
            return question.text(question.read(rule.query, SavedOf(rule.workspace, clock.now())))
        except QueryError:  # what it names is gone
            return ""

    def get_attribute(self, instance: AlertRule) -> AlertRule:
        return instance


@extend_schema_field({"type": "object", "nullable": True, "description": HOURS_HELP})
class HoursField(serializers.JSONField):
    """Hours of the week."""


@extend_schema_field({"type": "array", "items": {}, "description": CHANNELS_HELP})
class ChannelsField(serializers.Field[Any, Any, Any, Any]):
    def to_internal_value(self, data: Any) -> Any:
        return data  # channels.named reads it

    def to_representation(self, value: Any) -> list[dict[str, str]]:
        return [{"id": str(each.uid), "kind": each.kind, "name": each.name} for each in value.all()]


class AlertSerializer(KnownFields, serializers.ModelSerializer[AlertRule]):
    id = serializers.UUIDField(source="uid", read_only=True)
    name = serializers.CharField(max_length=80)
    metric_query = QuestionField(source="query")
    condition_type = serializers.ChoiceField(AlertRule.Condition.choices, source="condition")
    threshold_value = NumberField(
        source="threshold",
        required=False,
        help_text="In the metric's unit; percent of change; for an anomaly, deviations (3).",
    )
    compare_with = serializers.ChoiceField(AlertRule.Against.choices, source="against", required=False)
    recovery_margin_pct = NumberField(source="margin_pct", required=False)
    window_minutes = serializers.IntegerField(required=False, min_value=1, max_value=44_640)
    for_minutes = serializers.IntegerField(required=False, min_value=0, max_value=44_640)
    schedule = HoursField(required=False, allow_null=True)
    quiet_hours = HoursField(required=False, allow_null=True)
    notify_resolved = serializers.BooleanField(source="tells_resolved", required=False)
    notify_no_data = serializers.BooleanField(source="tells_no_data", required=False)
    most_a_day = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=1000,
        help_text="How often anybody is told within 24 hours; null: as often as it fires.",
    )
    notification_channels = ChannelsField(source="channels", required=False)
    created_by = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        model = AlertRule
        fields = (
            "id", "name", "metric_query", "condition_type", "threshold_value", "direction", "compare_with",
            "window_minutes", "for_minutes", "recovery_margin_pct", "schedule", "quiet_hours", "notify_resolved",
            "notify_no_data", "most_a_day", "notification_channels", "is_active", "environment", "status", "is_open",
            "last_value", "last_reason", "last_triggered_at", "evaluated_at", "snoozed_until", "created_by",
            "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = (
            "environment", "status", "is_open", "last_value", "last_reason", "last_triggered_at", "evaluated_at",
            "snoozed_until", "created_at", "updated_at",
        )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        is_new = self.instance is None
        if is_new and attrs["condition"] in ("above", "below", "equals", "change") and "threshold" not in attrs:
            raise serializers.ValidationError({"threshold_value": "Say which number it is compared with."})
        return attrs


class AlertNoticeSerializer(serializers.ModelSerializer[Notice]):
    id = serializers.UUIDField(source="uid", help_text="Of the message: `webhook-id`, Message-ID.")
    channel = serializers.CharField(source="channel.name")

    class Meta:
        model = Notice
        fields = ("id", "channel", "state", "due_at", "attempts", "sent_at", "last_error")


class AlertChangeSerializer(serializers.ModelSerializer[AlertChange]):
    id = serializers.UUIDField(source="uid")
    acknowledged_by = serializers.CharField(allow_null=True)
    notices = AlertNoticeSerializer(many=True)

    class Meta:
        model = AlertChange
        fields = (
            "id", "kind", "at", "said", "value", "ended_at", "acknowledged_at", "acknowledged_by", "notices",
        )  # fmt: skip


class AlertSnoozeSerializer(KnownFields):
    minutes = serializers.IntegerField(required=False, min_value=1, max_value=44_640)
    until = serializers.DateTimeField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError('Send {"minutes": 60}, or {"until": "2026-01-31T08:00:00Z"}.')
        return attrs


class ChannelAnswerSerializer(serializers.Serializer[Sent]):
    channel = serializers.CharField()
    error = serializers.CharField(help_text="Empty: it was taken.")


class AlertTestSerializer(serializers.Serializer[Trial]):
    value = serializers.FloatField(allow_null=True)
    compared_with = serializers.FloatField(
        source="base", allow_null=True, help_text="The earlier window, or what is usual."
    )
    judged = serializers.FloatField(allow_null=True, help_text="What is held against the threshold.")
    would_fire = serializers.BooleanField()
    message = serializers.CharField()
    sent = ChannelAnswerSerializer(many=True)
