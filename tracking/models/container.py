"""Tag containers: what one `/tag/{container_id}.js` is made of, and every state in which it was published.

Container ─┬─ Adaptor     the draft that people edit
           └─ Revision    what was published, frozen; `Container.live` is the one that is served
"""

import secrets
import uuid

from django.db import models

from workspaces.models import Workspace


def new_public_id() -> str:
    return f"c_{secrets.token_hex(8)}"


class Container(models.Model):
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="containers")
    public_id = models.CharField(max_length=18, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=100)
    website_url = models.URLField(max_length=500, blank=True)
    environment = models.CharField(max_length=4, choices=[("live", "Live"), ("test", "Test")], default="live")
    channel = models.CharField(max_length=32, default="stable", help_text="stable, canary or pinned:x.y.z")
    rules = models.JSONField(default=dict, blank=True)  # as tracking.containers.rules.cleaned gives them
    is_killed = models.BooleanField(default=False)
    live = models.ForeignKey("Revision", models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.public_id})"


class Adaptor(models.Model):
    """The customer's own JavaScript, run as `function (track, mp, on) { … }`."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    container = models.ForeignKey(Container, models.CASCADE, related_name="adaptors")
    name = models.CharField(max_length=100)
    schema_id = models.CharField(max_length=100, blank=True)
    code = models.TextField(blank=True)
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]  # the order in which they run
        constraints = [models.UniqueConstraint(fields=["container", "name"], name="one_adaptor_of_a_name")]

    def __str__(self) -> str:
        return self.name


class Revision(models.Model):
    """Never changed. `body` is what its immutable address serves, byte for byte; `content` what it was made from."""

    container = models.ForeignKey(Container, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.JSONField()  # as tracking.containers.drafts.content_of gives it
    body = models.TextField()
    integrity = models.CharField(max_length=80, help_text="sha384-…, for the attribute of that name.")
    script_version = models.CharField(max_length=32)
    note = models.CharField(max_length=200, blank=True)
    published_by = models.CharField(max_length=255)
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["container", "number"], name="one_revision_of_a_number")]

    def __str__(self) -> str:
        return f"revision {self.number}"
