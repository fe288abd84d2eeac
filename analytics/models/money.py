"""Money that a workspace tells us besides its events: exchange rates, and what it spent on winning customers."""

import uuid

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models

from workspaces.models import Workspace

CODE = RegexValidator(r"^[A-Z]{3}\Z", "An ISO 4217 code in capitals, such as EUR.")


class CurrencyRate(models.Model):
    """One unit of `currency` is worth `rate` units of the workspace's own currency. Stated by people, never guessed."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="currency_rates")
    currency = models.CharField(max_length=3, validators=[CODE])
    rate = models.DecimalField(max_digits=18, decimal_places=8, validators=[MinValueValidator(0)])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "currency"], name="one_rate_for_a_currency")]
        ordering = ["currency"]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.rate}"


class AcquisitionSpend(models.Model):
    """What was spent on one day through one source. Sent again, it replaces what was known."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="acquisition_spend")
    day = models.DateField()
    source = models.CharField(max_length=100)
    campaign = models.CharField(max_length=200, blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=4, validators=[MinValueValidator(0)])
    currency = models.CharField(max_length=3, validators=[CODE])

    class Meta:
        verbose_name_plural = "acquisition spend"
        ordering = ["-day", "source", "campaign"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "day", "source", "campaign", "currency"], name="one_spend_for_a_day_and_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.source}: {self.amount} {self.currency}"
