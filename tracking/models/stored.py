"""Stored events, as the operators' admin sees them."""

from django.db import models


class Event(models.Model):
    """Gives events a place and a permission in the admin. There is no such table, and no row is loaded."""

    class Meta:
        managed = False
        default_permissions = ("view",)
        verbose_name = "stored event"
