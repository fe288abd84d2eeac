"""What an organization used on each day: sums of the days that are over, counters of those that are not."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from django.db.models import Sum

from tracking.models import DailyUsage, UsageEntry, UsageProgress
from tracking.usage import counters

Days = dict[date, dict[str, int]]  # day → metric → quantity


def by_day(organization_id: int, first: date, last: date, now: datetime) -> Days:
    """Every day of the range, both included. Raises redis.RedisError."""
    rows = DailyUsage.objects.filter(organization_id=organization_id, day__range=(first, last)).order_by()
    found: Days = {first + timedelta(number): {} for number in range((last - first).days + 1)}
    for day, metric, quantity in rows.values_list("day", "metric").annotate(Sum("quantity")):
        found[day][metric] = quantity
    day, today = max(first, _first_open(now)), now.astimezone(UTC).date()
    while day <= min(last, today):
        found[day] |= _counted(organization_id, day)
        day += timedelta(1)
    return found


def rolled(organization_id: int, first: date, last: date) -> dict[str, int]:
    """Of the range, both days included, as far as it is added up, by metric."""
    rows = DailyUsage.objects.filter(organization_id=organization_id, day__range=(first, last)).order_by()
    return dict(rows.values_list("metric").annotate(Sum("quantity")))


def by_workspace(organization_id: int, metric: str, first: date, now: datetime) -> dict[int, int]:
    """From the start of `first` on, as far as it is booked: five minutes ago at most."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    rows = UsageEntry.objects.filter(organization_id=organization_id, metric=metric, at__gte=start, at__lte=now)
    totals: dict[int, int] = defaultdict(int)
    for workspace_id, quantity in rows.order_by().values_list("workspace_id").annotate(Sum("quantity")):
        totals[workspace_id] += quantity
    return dict(totals)


def _first_open(now: datetime) -> date:
    """The first day that was not over when sums were last made. Counters are kept for forty days."""
    rolled_at = UsageProgress.objects.values_list("rolled_at", flat=True).first()
    oldest = now - timedelta(seconds=counters.DAY_KEPT_S - 86_400)
    return max(rolled_at or oldest, oldest).astimezone(UTC).date()


def _counted(organization_id: int, day: date) -> dict[str, int]:
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    every = counters.everything(organization_id, "day", moment)
    return {field: number for field, number in every.items() if ":" not in field}
