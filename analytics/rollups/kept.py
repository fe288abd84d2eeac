"""The computed numbers in PostgreSQL: written over each other, so that computing twice changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from analytics.models import AggregatedMetric
from analytics.rollups.dataset import Dataset
from analytics.rollups.measures import Every


@dataclass(frozen=True)
class Computed:
    name: str
    every: Every
    day: date  # the first of its period
    value: float | None
    notes: dict[str, Any] = field(default_factory=dict)


def keep(dataset: Dataset, computed: Iterable[Computed], now: datetime) -> None:
    rows = [
        AggregatedMetric(
            workspace=dataset.workspace,
            environment=dataset.environment,
            metric_type=each.name,
            period=each.every,
            metric_date=each.day,
            value=each.value,
            notes=each.notes,
            calculated_at=now,
        )
        for each in computed
    ]
    AggregatedMetric.objects.bulk_create(
        rows,
        1000,
        update_conflicts=True,
        unique_fields=["workspace", "environment", "period", "metric_type", "metric_date"],
        update_fields=["value", "notes", "calculated_at"],
    )


def kept(dataset: Dataset) -> QuerySet[AggregatedMetric]:
    return AggregatedMetric.objects.filter(workspace=dataset.workspace, environment=dataset.environment)


def bucket_start(day: date, every: Every) -> date:
    """The first day of the period that `day` lies in."""
    if every == "weekly":
        return day - timedelta(day.weekday())
    return day.replace(day=1) if every == "monthly" else day


def bucket_end(start: date, every: Every) -> date:
    """The last day of the period that begins with `start`."""
    if every == "weekly":
        return start + timedelta(6)
    return (start + timedelta(31)).replace(day=1) - timedelta(1) if every == "monthly" else start


def buckets(first: date, last: date, every: Every) -> list[date]:
    """The starts of the periods that touch [first, last]."""
    found, start = [], bucket_start(first, every)
    while start <= last:
        found.append(start)
        start = bucket_end(start, every) + timedelta(1)
    return found
