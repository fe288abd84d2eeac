"""How destinations and what became of their events look in the API."""

from typing import Any

from rest_framework import serializers

from config.lib import clock
from tracking.destinations.model import of_kind
from tracking.events import EventType
from tracking.forwarding import accounting, health
from tracking.models import Forwarding
from workspaces.models import PRINTABLE

LONGEST_LIST = 100


class NamesField(serializers.DictField):
    """Our names → theirs."""

    child = serializers.CharField(max_length=200)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        pairs: dict[str, str] = super().to_internal_value(data)
        if len(pairs) > LONGEST_LIST:
            raise serializers.ValidationError(f"At most {LONGEST_LIST} names.")
        return {self.child.run_validation(ours): theirs for ours, theirs in pairs.items()}


class RulesSerializer(serializers.Serializer[Forwarding]):
    environment = serializers.ChoiceField(
        choices=["live", "test"], required=False, help_text="Of which keys events go there. Set when it is created."
    )
    event_types = serializers.ListField(
        child=serializers.ChoiceField(choices=[each.value for each in EventType]),
        required=False,
        min_length=1,
        max_length=len(EventType),
        help_text="Left out: what suits the vendor.",
    )
    names = serializers.ListField(
        child=serializers.CharField(max_length=200),
        required=False,
        max_length=LONGEST_LIST,
        help_text="Only these goals and custom events. Empty: all.",
    )
    renamed_events = NamesField(required=False, help_text="Our names to theirs.")
    renamed_properties = NamesField(required=False, help_text="Our names to theirs.")
    dropped_properties = serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, max_length=LONGEST_LIST
    )
    sends_personal_data = serializers.BooleanField(required=False)
    sends_bots = serializers.BooleanField(required=False)


class DestinationSerializer(RulesSerializer):
    id = serializers.UUIDField(source="connection.uid", read_only=True)
    kind = serializers.CharField(source="connection.kind", read_only=True)
    name = serializers.CharField(source="connection.name", read_only=True)
    settings = serializers.DictField(
        child=serializers.CharField(), source="connection.configuration", read_only=True, help_text="Without secrets."
    )
    state = serializers.SerializerMethodField(help_text="healthy, failing or paused.")
    error = serializers.SerializerMethodField(help_text="What the vendor said last, or why it is paused.")
    last_sent_at = serializers.DateTimeField(read_only=True)
    events_waiting = serializers.SerializerMethodField(help_text="Stored and not there yet; null: nobody can tell now.")
    lag_seconds = serializers.SerializerMethodField(help_text="Age of the oldest event that is not there yet.")

    def to_representation(self, forwarding: Forwarding) -> dict[str, Any]:
        self._standing = accounting.known_standing(forwarding, clock.now())
        return super().to_representation(forwarding)

    def get_state(self, forwarding: Forwarding) -> str:
        return health.state(forwarding)

    def get_error(self, forwarding: Forwarding) -> str:
        return forwarding.connection.pause_reason or forwarding.last_error

    def get_events_waiting(self, forwarding: Forwarding) -> int | None:
        return self._standing.open if self._standing else None

    def get_lag_seconds(self, forwarding: Forwarding) -> float | None:
        return round(self._standing.lag_s, 3) if self._standing else None


class NewDestinationSerializer(RulesSerializer):
    kind = serializers.CharField(
        max_length=32, help_text="tinybird, supabase, amplitude, mixpanel, webhook, slack, log"
    )
    name = serializers.CharField(
        max_length=255, validators=[PRINTABLE], required=False, help_text="Left out: the kind's."
    )
    settings = serializers.DictField(
        child=serializers.CharField(max_length=4096, allow_blank=True),
        required=False,
        help_text="What the vendor needs, secrets included; see its page in the documentation.",
    )

    def validate_kind(self, kind: str) -> str:
        try:
            of_kind(kind)
        except KeyError:
            raise serializers.ValidationError(str(self.fields["kind"].help_text)) from None
        return kind


class ChangeSerializer(RulesSerializer):
    name = serializers.CharField(max_length=255, validators=[PRINTABLE], required=False)
    settings = serializers.DictField(
        child=serializers.CharField(max_length=4096, allow_blank=True),
        required=False,
        help_text="Only what changes. A secret that is left out stays as it is.",
    )


class TestSerializer(serializers.Serializer[Any]):
    works = serializers.BooleanField()
    error = serializers.CharField(help_text="What the vendor said; empty when it works.")


class ResumeSerializer(serializers.Serializer[Any]):
    skip = serializers.BooleanField(default=False, help_text="Leave out what was received while it was paused.")


class RangeSerializer(serializers.Serializer[Any]):
    start = serializers.DateTimeField(help_text="Events received from here on …")
    end = serializers.DateTimeField(help_text="… and before this moment.")


class ResendSerializer(RangeSerializer):
    id = serializers.UUIDField(source="uid")
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    is_planned = serializers.SerializerMethodField(help_text="Whether all its events are on their way.")
    eligible = serializers.IntegerField()
    sent = serializers.IntegerField()
    rejected = serializers.DictField(child=serializers.IntegerField(), help_text="Reason to events.")

    def get_is_planned(self, resend: Any) -> bool:
        return resend.planned_at is not None


class DaySerializer(serializers.Serializer[Any]):
    day = serializers.DateField(help_text="UTC, of receipt.")
    eligible = serializers.IntegerField()
    sent = serializers.IntegerField()
    rejected = serializers.DictField(child=serializers.IntegerField(), help_text="Reason to events.")
    waiting = serializers.IntegerField()
    dead = serializers.IntegerField(help_text="In dead letters.")


class RetrySerializer(serializers.Serializer[Any]):
    batches = serializers.IntegerField()
