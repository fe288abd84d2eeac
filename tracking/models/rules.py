"""What a workspace takes in, and what it keeps of it: the page Privacy & filters."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from workspaces.models import Workspace

FEWEST_DAYS, MOST_DAYS = 30, 3650


class CollectionRules(models.Model):
    """A workspace without a row has the defaults."""

    class AddressUse(models.TextChoices):
        FULL = "full", "The whole address"
        SHORT = "short", "Without its last part"
        NONE = "none", "Not at all"

    class OnGpc(models.TextChoices):
        LIMIT = "limit", "Count without any id"
        REFUSE = "refuse", "Do not count"
        IGNORE = "ignore", "Count as usual"

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="collection_rules", primary_key=True)
    is_paused = models.BooleanField(default=False)
    keeps_personal_data = models.BooleanField(default=False)
    address_use = models.CharField(max_length=5, choices=AddressUse, default=AddressUse.FULL)
    on_gpc = models.CharField(max_length=6, choices=OnGpc, default=OnGpc.LIMIT)
    respects_dnt = models.BooleanField(default=True)
    needs_consent = models.BooleanField(default=False)
    excluded_addresses = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    internal_addresses = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    excluded_hosts = ArrayField(models.CharField(max_length=255), default=list, blank=True)
    excluded_pages = ArrayField(models.CharField(max_length=500), default=list, blank=True)
    # Empty: as long as the installation says (DATA_RETENTION_DAYS), usually for ever.
    event_days = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(FEWEST_DAYS), MaxValueValidator(MOST_DAYS)]
    )
    excluded_countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)

    class Meta:
        verbose_name_plural = "collection rules"

    def __str__(self) -> str:
        return f"rules of {self.workspace_id}"
