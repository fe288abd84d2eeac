"""What an organization is told while it stands near a limit, or beyond it: the banner above every page."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.core.cache import cache

from workspaces import limits
from workspaces.models import LimitNotice

SHOWN_FROM_PERCENT = 80
KNOWN_SECONDS = 30


def pressing(organization_id: int, now: datetime) -> LimitNotice | None:
    """The gravest notice that still holds: of this period, and of a limit that is still the same."""
    key = f"limit-notice:{organization_id}"
    found = cache.get(key, "unknown")
    if found == "unknown":
        found = _pressing(organization_id, now)
        cache.set(key, found, KNOWN_SECONDS)
    return found


def forget(organization_id: int) -> None:
    cache.delete(f"limit-notice:{organization_id}")


def _pressing(organization_id: int, now: datetime) -> LimitNotice | None:
    notices = LimitNotice.objects.filter(
        organization_id=organization_id,
        percent__gte=SHOWN_FROM_PERCENT,
        starts_on__gte=limits.start_of("month", now),
    )
    present = [row for row in notices.order_by("-percent", "-at") if row.starts_on == limits.start_of(row.period, now)]
    return next(_in_force(present, organization_id, now), None) if present else None


def _in_force(notices: Iterable[LimitNotice], organization_id: int, now: datetime) -> Iterator[LimitNotice]:
    every = limits.of_many([organization_id], now)[organization_id]
    standing = {(each.key_id, each.metric, each.period, each.most) for each in every}
    return (row for row in notices if (row.api_key_id, row.metric, row.period, row.most) in standing)
