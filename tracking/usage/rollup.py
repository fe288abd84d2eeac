"""The ledger added up by days (UTC), for charts and bills that do not read every line.

    entries that DailyUsage does not know of ─► the days they lie in ─► each added up anew ─► upserted

A late entry reopens its day by being there. Adding up twice gives the same; a crash leaves what was before, as the
sums and the place up to which they go change in one transaction. After an outage one run catches up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, Sum
from django.db.models.functions import TruncDate

from config.lib import metrics
from tracking.models import DailyUsage, UsageEntry
from tracking.usage import ledger

ENTRIES_AT_ONCE = 50_000
Place = tuple[int, date]  # (organization, day)


@dataclass(frozen=True)
class Rolled:
    days: int = 0
    rows: int = 0

    def __add__(self, other: "Rolled") -> "Rolled":
        return Rolled(self.days + other.days, self.rows + other.rows)


def run(now: datetime) -> Rolled:
    """Book what waits and add up every day that changed. Raises redis.RedisError."""
    with metrics.ROLLUP_SECONDS.time():
        ledger.drain(now)
        total = Rolled()
        while some := _roll_some(now):
            total += some
    return total


def roll_days(organization_id: int, first: date, last: date, now: datetime) -> Rolled:
    """Add up these days of one organization anew, both included. Raises redis.RedisError."""
    with metrics.ROLLUP_SECONDS.time():
        ledger.drain(now)
        with transaction.atomic():
            ledger.progress()
            days = [first + timedelta(number) for number in range((last - first).days + 1)]
            return _roll({(organization_id, day) for day in days}, now)


@transaction.atomic
def _roll_some(now: datetime) -> Rolled | None:
    row = ledger.progress()
    fresh = UsageEntry.objects.filter(id__gt=row.rolled_id)
    upto = fresh.order_by("id").values("id")[:ENTRIES_AT_ONCE].aggregate(Max("id"))["id__max"]
    row.rolled_at = now
    row.rolled_id = upto or row.rolled_id
    row.save(update_fields=["rolled_id", "rolled_at"])
    if upto is None:
        return None
    places = fresh.filter(id__lte=upto).annotate(day=TruncDate("at", tzinfo=UTC))
    return _roll(set(places.order_by().values_list("organization_id", "day").distinct()), now)


def _roll(places: Iterable[Place], now: datetime) -> Rolled:
    ordered = sorted(places)
    rows = [row for organization_id, day in ordered for row in _sums(organization_id, day, now)]
    DailyUsage.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organization", "day", "metric", "workspace"],
        update_fields=["quantity", "rolled_at"],
        batch_size=1000,
    )
    return Rolled(len(ordered), len(rows))


def _sums(organization_id: int, day: date, now: datetime) -> list[DailyUsage]:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    entries = UsageEntry.objects.filter(organization_id=organization_id, at__gte=start, at__lt=start + timedelta(1))
    found = entries.order_by().values_list("metric", "workspace_id").annotate(Sum("quantity"))
    return [
        DailyUsage(
            organization_id=organization_id,
            workspace_id=workspace_id,
            day=day,
            metric=metric,
            quantity=quantity,
            rolled_at=now,
        )
        for metric, workspace_id, quantity in found
    ]
