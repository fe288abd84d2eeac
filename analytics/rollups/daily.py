"""What a change of some days comes to: every daily number that those days reach.

A day's events also belong to the trailing weeks and months of the days after it, and to the conversion of the people
who registered up to 30 days before it.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from analytics.rollups import actives, conversion
from analytics.rollups.counts import Counts, counts
from analytics.rollups.dataset import Dataset
from analytics.rollups.kept import Computed
from analytics.rollups.measures import COUNTED, Every
from analytics.rollups.reach import Reach


def daily(dataset: Dataset, changed: list[date], reach: Reach) -> Iterator[Computed]:
    """`changed` lie within `reach`, in order."""
    first, until = changed[0], changed[-1]
    found = counts(dataset, first, until)
    for day in changed:
        yield from _of_events(dataset, day, found.get(day, Counts()))
    reached = min(reach.last, until + timedelta(actives.LONGEST - 1))
    for day, sizes in actives.rolling(dataset, first, reached).items():
        for name, size in sizes.items():
            if reach.covers(day - timedelta(actives.WINDOWS[name] - 1)):
                yield Computed(name, "daily", day, size)
    yield from _conversion(dataset, max(reach.oldest, first - conversion.WINDOW), until)


def _of_events(dataset: Dataset, day: date, found: Counts) -> Iterator[Computed]:
    for name in COUNTED.values():
        yield Computed(name, "daily", day, found.numbers.get(name, 0))
    yield Computed("revenue", "daily", day, float(dataset.rates.total(found.revenue)), money_notes(dataset, found))


def money_notes(dataset: Dataset, found: Counts) -> dict[str, Any]:
    """The amounts behind a sum, and those that are not in it."""
    notes: dict[str, Any] = {"currency": dataset.rates.own}
    if set(found.revenue) - {dataset.rates.own}:
        notes["by_currency"] = {code: str(amount) for code, amount in sorted(found.revenue.items())}
    left_out = dataset.rates.without_rate(found.revenue)
    return notes | ({"without_rate": sorted(left_out)} if left_out else {})


def _conversion(dataset: Dataset, first: date, last: date) -> Iterator[Computed]:
    found = conversion.conversion(dataset, "daily", first, last)
    for day in (first + timedelta(n) for n in range((last - first).days + 1)):
        yield converted("daily", day, found.get(day, conversion.Converted(0, 0)))


def converted(every: Every, start: date, found: conversion.Converted) -> Computed:
    notes = {"registered": found.registered, "paid": found.paid}
    return Computed("signup_to_payment_conversion", every, start, found.percent, notes)
