"""How the quarantine and the catalogue look in the API."""

from typing import Any

from rest_framework import serializers

from tracking.models import SeenEvent, SeenProperty
from tracking.schemas.fixes import ACTIONS

ARGUMENT_HELP = "rename, rename_event: the new name. cast: the type. default: the value. drop and hash have none."


class CauseSerializer(serializers.Serializer[Any]):
    schema_id = serializers.CharField(source="schema_name")
    event = serializers.CharField()
    cause = serializers.CharField(help_text="Code and property, such as type:total.")
    detail = serializers.CharField()
    events = serializers.IntegerField(help_text="An event with two causes is in both.")
    first = serializers.DateTimeField()
    last = serializers.DateTimeField()


class QuarantinedEventSerializer(serializers.Serializer[Any]):
    schema_id = serializers.CharField(max_length=100)
    event = serializers.CharField(max_length=200)


class DiscardSerializer(QuarantinedEventSerializer):
    cause = serializers.CharField(max_length=300, required=False, help_text="Left out: all that waits of the event.")


class RuleSerializer(QuarantinedEventSerializer):
    action = serializers.ChoiceField([*ACTIONS])
    property = serializers.CharField(max_length=200, required=False, help_text="rename_event has none.")
    argument = serializers.JSONField(required=False, help_text=ARGUMENT_HELP)


class LeftSerializer(serializers.Serializer[Any]):
    detail = serializers.SerializerMethodField()
    events = serializers.SerializerMethodField()

    def get_detail(self, left: tuple[str, int]) -> str:
        return left[0]

    def get_events(self, left: tuple[str, int]) -> int:
        return left[1]


class SampleSerializer(serializers.Serializer[Any]):
    before = serializers.DictField()
    after = serializers.DictField()
    faults = serializers.ListField(child=serializers.CharField())


class PreviewSerializer(serializers.Serializer[Any]):
    waiting = serializers.IntegerField()
    looked_at = serializers.IntegerField(help_text="The newest of them.")
    fits = serializers.IntegerField()
    left = LeftSerializer(many=True, help_text="What would still be wrong with the others.")
    samples = SampleSerializer(many=True)


class ReplaySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="uid")
    schema_id = serializers.CharField(source="schema_name")
    event = serializers.CharField()
    started_at = serializers.DateTimeField()


class SeenPropertySerializer(serializers.ModelSerializer[SeenProperty]):
    class Meta:
        model = SeenProperty
        fields = ["name", "kind", "examples", "first_seen", "last_seen", "description"]


class SeenSerializer(serializers.ModelSerializer[SeenEvent]):
    owner = serializers.EmailField(source="owner.email", allow_null=True, default=None)
    properties = SeenPropertySerializer(many=True)

    class Meta:
        model = SeenEvent
        fields = ["type", "name", "volume", "first_seen", "last_seen", "description", "owner", "properties"]
