"""How a list of conditions is described in the schema: as JSON, since it nests. analytics.query reads it."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

HELP = (
    '["is", "page", ["/docs"]]; also is_not, contains, contains_not. Nest with ["or", […]], ["and", […]], ["not", …]. '
    '["did", {"filters": […], "times": 2, "days": 30}]: people who did that. ["segment", "<id>"], ["cohort", "<id>"].'
)


@extend_schema_field({"type": "array", "items": {"type": "array", "items": {}}, "description": HELP})
class ConditionsField(serializers.JSONField):
    """A list of conditions, all of which hold."""
