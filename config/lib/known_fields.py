"""Serializers that take no field they do not read: `expire_at` for `expires_at` would make a key that never ends."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from config.lib.nearest import hint


class KnownFields(serializers.Serializer[Any]):
    """Comes first among the bases. What is only read may be sent back as it was answered; it changes nothing."""

    def to_internal_value(self, data: Any) -> Any:
        """ValidationError by unknown name, with the nearest that may be written."""
        if isinstance(data, Mapping):
            writable = [name for name, field in self.fields.items() if not field.read_only]
            unknown = {
                str(name): [f"Unknown field {name}.{hint(str(name), writable, '{}')}"]
                for name in data
                if name not in self.fields
            }
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)
