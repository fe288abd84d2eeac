"""SavedView: a page of numbers in a state that somebody gave a name, to come back to it."""

import uuid

from django.conf import settings
from django.db import models

from analytics.models.sharing import shared_outlive
from workspaces.models import Workspace

LONGEST_STATE = 4000  # characters; what a browser and a server take of an address


class SavedView(models.Model):
    """A personal one is seen by its maker alone, a shared one by everybody of the workspace."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=80)
    page = models.CharField(max_length=40)  # "overview" or a report's name: the route
    state = models.CharField(max_length=LONGEST_STATE, blank=True)  # period, filters and question, as in its address
    is_shared = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=shared_outlive, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("name", "id")
        constraints = (models.UniqueConstraint("workspace", "created_by", "name", name="one_view_of_a_name"),)

    def __str__(self) -> str:
        return self.name
