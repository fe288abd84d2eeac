"""How schemas and their versions look in the API."""

from rest_framework import serializers

from tracking.models import EventSchema, SchemaVersion
from tracking.schemas.kinds import FORMATS, KINDS

PROPERTIES_HELP = (
    f"Events by name, each with its properties by name. A property is a type ({', '.join(KINDS)}) or an object with "
    f"`type`, `required`, `enum`, `format` ({', '.join(FORMATS)}) and `description`."
)
MODE_HELP = (
    "What becomes of an event that does not fit: observe (taken, the fault is counted), warn (taken, and the sender is "
    "told), quarantine (set aside to be repaired), reject (refused). Left out: warn."
)


class SchemaSerializer(serializers.Serializer[EventSchema]):
    id = serializers.CharField(source="name", read_only=True, help_text="What events give as `schema_id`.")
    name = serializers.CharField(max_length=100, help_text="Letters, digits, dots, dashes, underscores.")
    description = serializers.CharField(max_length=500, required=False, allow_blank=True)
    mode = serializers.ChoiceField(EventSchema.Mode.values, required=False, help_text=MODE_HELP)
    checks_all = serializers.BooleanField(
        required=False, help_text="Also check events of these names that name no schema."
    )
    is_closed = serializers.BooleanField(required=False, help_text="A property that is not listed is a fault.")
    properties = serializers.DictField(help_text=PROPERTIES_HELP)
    version = serializers.IntegerField(read_only=True, help_text="Grows when the properties or is_closed change.")
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(source="changed_at", read_only=True)


class VersionSerializer(serializers.Serializer[SchemaVersion]):
    version = serializers.IntegerField(source="number")
    properties = serializers.DictField()
    is_closed = serializers.BooleanField()
    saved_by = serializers.CharField()
    saved_at = serializers.DateTimeField()
