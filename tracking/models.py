"""What tracking shows in PostgreSQL's world. Events themselves live in the event store (tracking.store)."""

from django.db import models


class Event(models.Model):
    """Gives events a place and a permission in the operators' admin. There is no such table, and no row is loaded."""

    class Meta:
        managed = False
        default_permissions = ("view",)
        verbose_name = "stored event"
