"""Where a program of the organization's hears that it comes near a limit.

    LimitWebhook ── LimitPost ── LimitNotice (workspaces)

A post is written in one transaction with its notice: whoever dies afterwards, it is there to be sent.
"""

import uuid

from django.db import models

from workspaces.models import LimitNotice, Organization


class LimitWebhook(models.Model):
    organization = models.OneToOneField(Organization, models.CASCADE, related_name="limit_webhook")
    url = models.CharField(max_length=2048)
    secret = models.TextField(help_text="Sealed.")
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"webhook of {self.organization}"


class LimitPost(models.Model):
    """`due_at` empty: nothing is left to do. It was sent, or given up with `last_error`."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False, help_text="The webhook-id of each attempt.")
    webhook = models.ForeignKey(LimitWebhook, models.CASCADE, related_name="posts")
    notice = models.ForeignKey(LimitNotice, models.CASCADE, related_name="posts")
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=512, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="limit_posts_due")]
        constraints = [models.UniqueConstraint(fields=["webhook", "notice"], name="one_post_of_a_notice")]

    def __str__(self) -> str:
        return f"{self.notice} to {self.webhook}"
