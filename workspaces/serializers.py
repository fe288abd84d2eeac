"""The bodies of organizations, workspaces and keys. Each field that may be written is named.

Keys refuse any other; organizations and workspaces do not read it.
"""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.lib.known_fields import KnownFields
from workspaces.models import PRINTABLE, ApiKey, Organization, Workspace


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    id = serializers.UUIDField(source="uid", read_only=True)
    slug = serializers.SlugField(max_length=48, required=False)
    domain = serializers.CharField(max_length=255, required=False, allow_blank=True, allow_null=True)
    role = serializers.SerializerMethodField()

    class Meta:
        model = Organization
        fields = ["id", "name", "slug", "domain", "role", "created_at"]
        read_only_fields = ["created_at"]

    def get_role(self, organization: Organization) -> str:
        """Yours."""
        return self.context["roles"].get(organization.pk, "")


class TenantSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=255, validators=[PRINTABLE])
    slug = serializers.SlugField(max_length=48, required=False)


class WorkspaceSerializer(serializers.ModelSerializer[Workspace]):
    id = serializers.UUIDField(source="uid", read_only=True)
    organization = serializers.UUIDField(
        source="organization.uid", required=False, help_text="Needed only where you administer several."
    )
    domain = serializers.CharField(max_length=255, required=False, allow_blank=True)
    timezone = serializers.CharField(max_length=64, required=False)
    api_key = serializers.SerializerMethodField(help_text="The publishable live key.")
    test_api_key = serializers.SerializerMethodField(help_text="The publishable test key.")

    class Meta:
        model = Workspace
        fields = [
            "id",
            "name",
            "slug",
            "organization",
            "api_key",
            "test_api_key",
            "domain",
            "timezone",
            "currency",
            "session_timeout_minutes",
            "bounce_engaged_seconds",
            "allowed_hosts",
            "created_at",
        ]
        read_only_fields = ["slug", "created_at"]

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_api_key(self, workspace: Workspace) -> str | None:
        return self._publishable(workspace, "live")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_test_api_key(self, workspace: Workspace) -> str | None:
        return self._publishable(workspace, "test")

    def _publishable(self, workspace: Workspace, environment: str) -> str | None:
        keys: list[ApiKey] = workspace.publishable_keys  # type: ignore[attr-defined]
        return next((key.raw for key in keys if key.environment == environment), None)


class KeySerializer(KnownFields, serializers.ModelSerializer[ApiKey]):
    id = serializers.UUIDField(source="uid", read_only=True)
    key = serializers.CharField(source="raw", read_only=True, help_text="Empty for a secret key: it is shown once.")
    kind = serializers.ChoiceField(ApiKey.Kind.choices, default="publishable")
    environment = serializers.ChoiceField(ApiKey.EnvironmentChoice.choices, default="live")
    permissions = serializers.ListField(
        child=serializers.ChoiceField(ApiKey.Permission.choices), required=False, allow_empty=False
    )

    class Meta:
        model = ApiKey
        fields = [
            "id",
            "name",
            "kind",
            "environment",
            "permissions",
            "prefix",
            "key",
            "created_at",
            "expires_at",
            "revoked_at",
            "last_used_at",
        ]
        read_only_fields = ["prefix", "created_at", "revoked_at", "last_used_at"]


class RotateSerializer(KnownFields):
    overlap_hours = serializers.IntegerField(default=24, help_text="How long the old key works on.")
