"""ScheduledReport: a report that comes by mail every week or month; its recipients, and each mail of it."""

import uuid

from django.db import models
from django.db.models import Q

from workspaces.models import Workspace


class ScheduledReport(models.Model):
    class Every(models.TextChoices):
        WEEK = "week", "every Monday"
        MONTH = "month", "on the first of each month"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="scheduled_reports")
    environment = models.CharField(max_length=4, default="live")
    source = models.CharField(max_length=40)  # "overview", or a name of analytics.views.exports.sources
    title = models.CharField(max_length=120)
    parameters = models.TextField(blank=True)  # as in the report's URL; its period gives way to the one that is over
    every = models.CharField(max_length=5, choices=Every, default=Every.WEEK)
    origin = models.CharField(max_length=255)  # https://host: where the links of its mails lead
    next_at = models.DateTimeField()  # when it is due
    created_by = models.CharField(max_length=255)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("title", "id")
        indexes = (models.Index(fields=["next_at"], name="report_due"),)

    def __str__(self) -> str:
        return f"{self.title}, {self.get_every_display()}"


class ReportRecipient(models.Model):
    """`is_guest`: somebody outside the organization, written in by one who may export. Others only while they belong
    to it."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(ScheduledReport, on_delete=models.CASCADE, related_name="recipients")
    email = models.EmailField()
    is_guest = models.BooleanField(default=False)
    unsubscribed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("email",)
        constraints = (models.UniqueConstraint(fields=["report", "email"], name="report_recipient"),)

    def __str__(self) -> str:
        return self.email


class ReportMail(models.Model):
    """One mail to one recipient for one due time; there is never a second."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(ReportRecipient, on_delete=models.CASCADE, related_name="mails")
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    gave_up_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True)  # why it was not sent, for people

    class Meta:
        ordering = ("-due_at",)
        constraints = (models.UniqueConstraint(fields=["recipient", "due_at"], name="report_mail_once"),)
        indexes = (
            models.Index(
                fields=["claimed_until"],
                name="report_mail_open",
                condition=Q(sent_at__isnull=True, gave_up_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.recipient} at {self.due_at:%Y-%m-%d %H:%M}"
