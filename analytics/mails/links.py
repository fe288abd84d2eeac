"""The signed link that ends a report for one address, without signing in."""

from django.core import signing
from django.urls import reverse

from analytics.models import ReportRecipient

SALT = "analytics.mails"


def unsubscribe_link(recipient: ReportRecipient) -> str:
    token = signing.Signer(salt=SALT).sign(recipient.uid.hex)
    return recipient.report.origin + reverse("unsubscribe", args=[token])


def opened(token: str) -> ReportRecipient | None:
    """None stands for a forged token and for one whose report is deleted."""
    try:
        uid = signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        return None
    return ReportRecipient.objects.select_related("report__workspace").filter(uid=uid).first()
