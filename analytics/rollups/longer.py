"""Weeks and months: sums of the days that were kept, people counted anew, and what growth costs and brings."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from analytics.models import AcquisitionSpend
from analytics.rollups import actives, conversion
from analytics.rollups.counts import Counts
from analytics.rollups.daily import converted, money_notes
from analytics.rollups.dataset import Dataset
from analytics.rollups.kept import Computed, bucket_end, buckets, kept
from analytics.rollups.measures import COUNTED, Every
from analytics.rollups.reach import Reach

ROLLING: dict[Every, str] = {"weekly": "wau", "monthly": "mau"}


def longer(dataset: Dataset, every: Every, changed: list[date], reach: Reach) -> Iterator[Computed]:
    """The whole weeks or months that `changed` days reach; each must be over."""
    reaching_back = changed[0] - conversion.WINDOW
    touched = buckets(max(reach.oldest, reaching_back), changed[-1], every)
    starts = [start for start in touched if bucket_end(start, every) <= reach.last]
    if not starts:
        return
    for start in starts:
        yield from _summed(dataset, every, start)
    found = conversion.conversion(dataset, every, starts[0], bucket_end(starts[-1], every))
    for start in filter(reach.covers, starts):
        yield converted(every, start, found.get(start, conversion.Converted(0, 0)))


def _summed(dataset: Dataset, every: Every, start: date) -> Iterator[Computed]:
    end = bucket_end(start, every)
    rows = kept(dataset).filter(period="daily", metric_date__range=(start, end))
    days = list(rows.filter(metric_type__in=[*COUNTED.values(), "revenue"]))
    for name in COUNTED.values():
        yield Computed(name, every, start, sum(each.value or 0 for each in days if each.metric_type == name))
    amounts = _amounts(dataset, [each.notes | {"value": each.value} for each in days if each.metric_type == "revenue"])
    notes = money_notes(dataset, Counts(revenue=amounts))
    yield Computed("revenue", every, start, float(dataset.rates.total(amounts)), notes)
    at_its_end = rows.filter(metric_type=ROLLING[every], metric_date=end).first()
    yield Computed(ROLLING[every], every, start, at_its_end.value if at_its_end else 0)


def _amounts(dataset: Dataset, days: list[dict[str, Any]]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for each in days:
        said = each.get("by_currency") or {dataset.rates.own: str(each["value"] or 0)}
        for code, amount in said.items():
            total[code] = total.get(code, Decimal(0)) + Decimal(amount)
    return total


def growth(dataset: Dataset, changed: list[date], reach: Reach) -> Iterator[Computed]:
    """Churn, lifetime value and acquisition cost of the months that `changed` reach, after the sums are kept."""
    touched = buckets(changed[0], reach.last, "monthly")[: _months(changed) + 1]
    starts = [start for start in touched if bucket_end(start, "monthly") <= reach.last and reach.covers(_before(start))]
    if not starts:
        return
    before = _before(starts[0])
    active = actives.months(dataset, before, bucket_end(starts[-1], "monthly"))
    nobody = actives.Month(0, 0)
    for start in starts:
        earlier = active.get(_before(start), nobody)
        yield from month(dataset, start, active.get(start, nobody), earlier.active)


def _before(month_start: date) -> date:
    return (month_start - timedelta(1)).replace(day=1)


def _months(changed: list[date]) -> int:
    return len(buckets(changed[0], changed[-1], "monthly"))


def month(dataset: Dataset, start: date, people: actives.Month, people_before: int) -> Iterator[Computed]:
    churn = 100 * people.lost / people_before if people_before else None
    yield Computed("churn_rate", "monthly", start, churn, {"active_before": people_before, "lost": people.lost})
    sums = dict(
        kept(dataset)
        .filter(period="monthly", metric_date=start, metric_type__in=["revenue", "new_registrations"])
        .values_list("metric_type", "value")
    )
    ltv = _lifetime_value(sums.get("revenue") or 0, people.active, churn)
    cac, why = _acquisition_cost(dataset, start, sums.get("new_registrations") or 0)
    unit = {"currency": dataset.rates.own}
    yield Computed("ltv", "monthly", start, ltv, unit if ltv is not None else unit | {"reason": "nobody left"})
    yield Computed("cac", "monthly", start, cac, unit | why)
    ratio = ltv / cac if ltv is not None and cac else None
    yield Computed("ltv_cac_ratio", "monthly", start, ratio, {} if ratio is not None else why or {"reason": "no churn"})


def _lifetime_value(revenue: float, active: int, churn: float | None) -> float | None:
    """Revenue for each active person, divided by the share that leaves in a month. None where nobody left."""
    return revenue / active / (churn / 100) if active and churn else None


def _acquisition_cost(dataset: Dataset, start: date, registered: float) -> tuple[float | None, dict[str, Any]]:
    spent = _spend(dataset, start)
    if not spent:
        return None, {"reason": "no spend data"}
    left_out = dataset.rates.without_rate(spent)
    if left_out:
        return None, {"reason": f"no exchange rate for {', '.join(sorted(left_out))}"}
    if not registered:
        return None, {"reason": "no registrations"}
    return float(dataset.rates.total(spent)) / registered, {}


def _spend(dataset: Dataset, start: date) -> dict[str, Decimal]:
    """By currency. Empty: nobody has told us any."""
    days = (start, bucket_end(start, "monthly"))
    rows = AcquisitionSpend.objects.filter(workspace=dataset.workspace, day__range=days)
    total: dict[str, Decimal] = {}
    for code, amount in rows.values_list("currency", "amount"):
        total[code] = total.get(code, Decimal(0)) + amount
    return total
