"""How containers, their revisions and their adaptors look in the API."""

from typing import Any

from rest_framework import serializers

from tracking.containers.drafts import MAX_CODE_BYTES
from tracking.models import Adaptor, Container, Revision

RULES_HELP = (
    "auto_page_view, track_clicks, track_forms, auto_identify, cookieless, privacy_mode, respect_dnt (true or false), "
    "consent (granted or pending), events (rules that make events of clicks, submits, sights and page views)."
)


class ContainerSerializer(serializers.Serializer[Container]):
    container_id = serializers.CharField(source="public_id", read_only=True)
    name = serializers.CharField(max_length=100)
    website_url = serializers.URLField(max_length=500, required=False, allow_blank=True)
    environment = serializers.ChoiceField(["live", "test"], required=False, help_text="Whose key the tag carries.")
    channel = serializers.CharField(max_length=32, required=False, help_text="stable, canary or pinned:x.y.z")
    tracking_rules = serializers.DictField(source="rules", required=False, help_text=RULES_HELP)
    is_killed = serializers.BooleanField(read_only=True)
    revision = serializers.SerializerMethodField(help_text="The live one; null before the first is published.")
    script_url = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(read_only=True)

    def get_revision(self, container: Container) -> int | None:
        return container.live.number if container.live else None

    def get_script_url(self, container: Container) -> str:
        return str(self.context["request"].build_absolute_uri(f"/tag/{container.public_id}.js"))


class RevisionSerializer(serializers.ModelSerializer[Revision]):
    revision = serializers.IntegerField(source="number")
    script_url = serializers.SerializerMethodField(help_text="Immutable.")

    class Meta:
        model = Revision
        fields = ["revision", "script_url", "integrity", "script_version", "note", "published_by", "published_at"]

    def get_script_url(self, revision: Revision) -> str:
        path = f"/tag/{revision.container.public_id}/{revision.number}.js"
        return str(self.context["request"].build_absolute_uri(path))


class PublishSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class RollbackSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class AdaptorSerializer(serializers.Serializer[Adaptor]):
    id = serializers.UUIDField(source="uid", read_only=True)
    name = serializers.CharField(max_length=100)
    schema_id = serializers.CharField(max_length=100, required=False, allow_blank=True)
    website_url = serializers.URLField(source="container.website_url", max_length=500, required=False, allow_blank=True)
    tracking_rules = serializers.DictField(
        source="container.rules", required=False, help_text=f"Those of the container. {RULES_HELP}"
    )
    code = serializers.CharField(
        max_length=MAX_CODE_BYTES,
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text="JavaScript, run as function (track, mp, on) { … }.",
    )
    is_enabled = serializers.BooleanField(required=False)
    container_id = serializers.CharField(
        source="container.public_id",
        max_length=18,
        required=False,
        help_text="Left out when one is created: a container of its own.",
    )
    revision = serializers.SerializerMethodField(help_text="The live one of the container.")
    script_url = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(read_only=True)

    def get_revision(self, adaptor: Adaptor) -> int | None:
        return adaptor.container.live.number if adaptor.container.live else None

    def get_script_url(self, adaptor: Adaptor) -> str:
        return str(self.context["request"].build_absolute_uri(f"/tag/{adaptor.container.public_id}.js"))
