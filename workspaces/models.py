"""The tenant, and the right to touch it.

    Organization ─┬─ Membership (User, role)
                  └─ Workspace ─── ApiKey

Events are not here: they live in the event store, under the number `Workspace.dataset_id` gives.
"""

import uuid
from datetime import datetime
from typing import Literal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

Environment = Literal["live", "test"]
CURRENCY = RegexValidator(r"^[A-Z]{3}$", "Use the three letters of ISO 4217, such as EUR.")
# Line breaks and control characters would break mails, file names and logs that carry the name.
PRINTABLE = RegexValidator(r"^[^\x00-\x1f\x7f\u2028\u2029]*\Z", "Leave out line breaks and control characters.")
SLUG = RegexValidator(r"^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$", "Use lower-case letters, digits and hyphens.")


class Role(models.TextChoices):
    """From most to least: see workspaces.roles for what each may do."""

    OWNER = "owner"
    ADMIN = "admin"
    ANALYST = "analyst"
    VIEWER = "viewer"


class Organization(models.Model):
    """Who pays: members with roles, plan, branding. The seeds call it tenant."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255, validators=[PRINTABLE])
    slug = models.CharField(max_length=48, unique=True, validators=[SLUG])
    domain = models.CharField(max_length=255, unique=True, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="organizations")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="one_membership_each")]

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.organization}"


class Invitation(models.Model):
    """A place kept for somebody by e-mail address; `digest` is that of the token in the mail."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email"],
                condition=Q(accepted_at__isnull=True),
                name="one_open_invitation_for_an_address",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.organization}"


class Workspace(models.Model):
    """One website or app of an organization."""

    # The event store's key is 32 bits wide and holds two environments, so the number stays below 2^31.
    id = models.AutoField(primary_key=True)
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="workspaces")
    name = models.CharField(max_length=255, validators=[PRINTABLE])
    slug = models.CharField(max_length=48, unique=True, validators=[SLUG])
    domain = models.CharField(max_length=255, blank=True, help_text="The website's host, such as www.example.com.")
    timezone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3, default="USD", validators=[CURRENCY])
    session_timeout_minutes = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(240)]
    )
    bounce_engaged_seconds = models.PositiveSmallIntegerField(
        default=10,
        validators=[MaxValueValidator(600)],
        help_text="A one-page visit engaged for at least this long is no bounce; 0 for the classic rule.",
    )
    allowed_hosts = ArrayField(
        models.CharField(max_length=255), default=list, blank=True, help_text="Hosts that may send; empty: any."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def dataset_id(self, environment: Environment = "live") -> int:
        """The number under which the event store keeps one environment of this workspace.

        Live and test data have different numbers, so no query can mix them by forgetting a condition.
        """
        return self.id * 2 + (environment == "test")


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def live_at(self, now: datetime) -> "ApiKeyQuerySet":
        """Neither revoked nor expired at `now`. Both moments may lie ahead: rotation sets them with an overlap."""
        return self.filter(
            Q(revoked_at__isnull=True) | Q(revoked_at__gt=now), Q(expires_at__isnull=True) | Q(expires_at__gt=now)
        )


class ApiKey(models.Model):
    """A key of a workspace. Publishable ones only write and are shown again; of secret ones only the digest stays."""

    class Kind(models.TextChoices):
        PUBLISHABLE = "publishable"
        SECRET = "secret"

    class EnvironmentChoice(models.TextChoices):
        LIVE = "live"
        TEST = "test"

    class Permission(models.TextChoices):
        READ = "read"
        WRITE = "write"
        ADMIN = "admin"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=255, validators=[PRINTABLE])
    kind = models.CharField(max_length=12, choices=Kind)
    environment = models.CharField(max_length=4, choices=EnvironmentChoice, default="live")
    permissions = ArrayField(models.CharField(max_length=10, choices=Permission), default=list)
    digest = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=24, help_text="The first characters, to tell keys apart.")
    raw = models.CharField(
        max_length=64, blank=True, help_text="Publishable keys only: they stand in web pages anyway."
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind="publishable") | Q(raw=""), name="no_secret_key_is_stored"),
            models.CheckConstraint(
                condition=~Q(kind="publishable") | Q(permissions=["write"]), name="publishable_keys_only_write"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_live(self, now: datetime) -> bool:
        """Neither revoked nor expired at `now`; the same rule as ApiKeyQuerySet.live_at."""
        return all(end is None or end > now for end in (self.revoked_at, self.expires_at))


class AuditEntry(models.Model):
    """Who did what, when, in an organization. Written by workspaces.audit.record, never changed."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="audit_entries")
    workspace = models.ForeignKey(Workspace, models.SET_NULL, null=True, blank=True)
    actor = models.CharField(max_length=255, help_text="E-mail address of a person, or the name of a key.")
    action = models.CharField(max_length=64)
    target = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["organization", "-at"], name="audit_of_an_organization")]

    def __str__(self) -> str:
        return f"{self.actor}: {self.action} {self.target}"
