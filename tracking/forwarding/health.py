"""How a destination fares: the breaker that leaves an unwell one alone, the pause of one that is gone, and the mails.

a failure            5 s, 10 s, 20 s … 10 min of rest, or as long as the vendor asks
a success            well again; after a longer failure all that waits is due at once
a permanent error    paused, and its owners are told
1 h, 24 h, 4 days    of nothing but failures: its owners are told; after 5 days it is paused

The mail goes first, and what it tells of is written down after it: should we die in between, or the mail server be
away, there is a second mail rather than none.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from config.lib.mail import send_each
from tracking.models import Delivery, Forwarding
from workspaces import connections
from workspaces.models import Connection, Membership, Role
from workspaces.providers import DeliveryError

FIRST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=10)
BROKEN_AFTER = 3  # failures in a row: no longer the fault of one batch
TOLD_AFTER_HOURS = (1, 24, 96)
PAUSED_AFTER = timedelta(days=5)


class State(StrEnum):
    """In a word, for pages and the API."""

    HEALTHY = "healthy"
    FAILING = "failing"
    PAUSED = "paused"


def state(forwarding: Forwarding) -> State:
    if forwarding.connection.paused_at:
        return State.PAUSED
    return State.FAILING if forwarding.failures else State.HEALTHY


def note_success(forwarding: Forwarding, now: datetime, least_s: float = 0.0) -> None:
    """`least_s`: what the vendor wants between two requests."""
    rest = now + timedelta(seconds=least_s) if least_s else None
    Forwarding.objects.filter(pk=forwarding.pk).update(
        failures=0, failing_since=None, told_hours=0, waits_until=rest, last_sent_at=now, last_error=""
    )
    if forwarding.failures >= BROKEN_AFTER:
        Delivery.objects.filter(forwarding=forwarding, state=Delivery.State.PENDING, due_at__gt=now).update(due_at=now)


def note_failure(forwarding: Forwarding, error: DeliveryError, now: datetime, shift: float) -> None:
    """Raises nothing: mail that cannot be sent is tried again with a later failure."""
    rest = min(FIRST_REST * 2 ** min(forwarding.failures, 10), LONGEST_REST) * shift
    rest = max(rest, timedelta(seconds=error.retry_after or 0))
    Forwarding.objects.filter(pk=forwarding.pk).update(
        failures=forwarding.failures + 1,
        failing_since=forwarding.failing_since or now,
        waits_until=now + rest,
        last_error=str(error)[:512],
    )
    if error.permanent:
        pause(forwarding, str(error), now)


def pause(forwarding: Forwarding, reason: str, now: datetime) -> None:
    """Tells its owners, and stops it until a person resumes it. While no mail goes out it only rests, for so long."""
    running = Connection.objects.filter(pk=forwarding.pk, paused_at=None).first()
    if running is None:
        return
    if not _tell(running, f"{running.name} is paused", {"reason": reason, "paused": True}):
        Forwarding.objects.filter(pk=forwarding.pk).update(waits_until=now + LONGEST_REST)
        return
    with transaction.atomic():
        still_running = Connection.objects.select_for_update().filter(pk=forwarding.pk, paused_at=None).first()
        if still_running:
            connections.pause(still_running, reason, now=now)


def forget(forwarding: Forwarding) -> None:
    """A person has looked after it: it is tried at once, and counts as well until it fails again."""
    Forwarding.objects.filter(pk=forwarding.pk).update(
        failures=0, failing_since=None, told_hours=0, waits_until=None, last_error=""
    )


def watch(now: datetime) -> None:
    """Mails about what has been failing for long; the pause of what has for too long."""
    failing = Forwarding.objects.filter(failing_since__isnull=False, connection__paused_at=None)
    for each in failing.select_related("connection__workspace__organization"):
        since = now - each.failing_since  # type: ignore[operator]  # filtered above
        if since >= PAUSED_AFTER:
            pause(each, f"Nothing but failures for five days. The last: {each.last_error}", now)
            continue
        reached = max((hours for hours in TOLD_AFTER_HOURS if since >= timedelta(hours=hours)), default=0)
        if each.told_hours >= reached:
            continue
        context = {"reason": each.last_error, "hours": reached, "last_warning": reached == TOLD_AFTER_HOURS[-1]}
        if _tell(each.connection, f"{each.connection.name} takes no events", context):
            Forwarding.objects.filter(pk=each.pk, told_hours__lt=reached).update(told_hours=reached)


def _tell(connection: Connection, subject: str, context: dict[str, object]) -> bool:
    """To the owners and administrators of the organization, each in a mail of their own. False: try again later."""
    workspace = connection.workspace
    path = reverse("destination", args=[workspace.slug, connection.uid])
    context |= {"connection": connection, "workspace": workspace, "link": settings.SITE_URL + path}
    able = Membership.objects.filter(organization=workspace.organization, role__in=(Role.OWNER, Role.ADMIN))
    text, html = (render_to_string(f"emails/destination.{kind}", context) for kind in ("txt", "html"))
    letters = []
    for address in able.filter(user__is_active=True).values_list("user__email", flat=True):
        letters.append(EmailMultiAlternatives(f"{subject} ({workspace.name})", text, to=[address]))
        letters[-1].attach_alternative(html, "text/html")
    return send_each(letters)
