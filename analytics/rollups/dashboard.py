"""The seven numbers of the metrics dashboard, as they stand at this moment."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache

from analytics.query.cache import ticks
from analytics.rollups import actives, conversion
from analytics.rollups.counts import Counts, counts
from analytics.rollups.daily import money_notes
from analytics.rollups.dataset import Dataset
from analytics.rollups.kept import kept
from analytics.rollups.run import bring_up_to_date

DAYS = 30  # whose registrations the conversion is about
SECONDS = 300


@dataclass(frozen=True)
class Dashboard:
    """Actives, registrations and revenue of today so far; churn and LTV/CAC of the last month that is over."""

    daily_active_users: int
    monthly_active_users: int
    new_registrations_today: int
    revenue_today: float
    conversion_rate: float | None
    churn_rate: float | None
    ltv_cac_ratio: float | None
    notes: dict[str, Any]


def dashboard(dataset: Dataset, now: datetime) -> Dashboard:
    """Raises what the store raises."""
    bring_up_to_date(dataset, now)
    today = now.astimezone(ZoneInfo(dataset.zone)).date()
    tick = ticks([dataset.id]).get(dataset.id)
    key = f"metrics-dashboard:{dataset.id}:{tick}:{today}:{dataset.definition}"
    known: Dashboard | None = cache.get(key) if tick is not None else None
    if known is None:
        known = _computed(dataset, today)
        cache.set(key, known, SECONDS)
    return known


def _computed(dataset: Dataset, today: date) -> Dashboard:
    active = actives.rolling(dataset, today, today)[today]
    found = counts(dataset, today, today).get(today, Counts())
    converted = conversion.over_all(dataset, today - timedelta(DAYS - 1), today)
    month = (today.replace(day=1) - timedelta(1)).replace(day=1)
    churn, _ = _of_month(dataset, "churn_rate", month)
    ratio, notes = _of_month(dataset, "ltv_cac_ratio", month)
    return Dashboard(
        daily_active_users=active["dau"],
        monthly_active_users=active["mau"],
        new_registrations_today=found.numbers.get("new_registrations", 0),
        revenue_today=float(dataset.rates.total(found.revenue)),
        conversion_rate=converted.percent,
        churn_rate=churn,
        ltv_cac_ratio=ratio,
        notes={
            "revenue_today": money_notes(dataset, found),
            "conversion_rate": {"registered": converted.registered, "paid": converted.paid, "days": DAYS},
            "churn_rate": {"month": month.isoformat()},
            "ltv_cac_ratio": notes | {"month": month.isoformat()},
        },
    )


def _of_month(dataset: Dataset, name: str, month: date) -> tuple[float | None, dict[str, Any]]:
    row = kept(dataset).filter(period="monthly", metric_type=name, metric_date=month).first()
    return (row.value, row.notes) if row else (None, {"reason": "no full month yet"})
