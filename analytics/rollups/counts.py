"""How often each role's events happened, and the money in them, by day."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from analytics.query.scope import Parameters, where
from analytics.reports import money
from analytics.rollups.ask import ask
from analytics.rollups.dataset import Dataset
from analytics.rollups.measures import COUNTED


@dataclass
class Counts:
    """Of one day; days on which nothing happened are not told."""

    numbers: dict[str, int] = field(default_factory=dict)  # by measure
    revenue: dict[str, Decimal] = field(default_factory=dict)  # by currency


def counts(dataset: Dataset, first: date, last: date) -> dict[date, Counts]:
    numbers = ask(dataset.id, *_numbers(dataset, first, last))
    found = {day: Counts(dict(zip(COUNTED.values(), values, strict=True))) for day, *values in numbers}
    for day, code, parts in ask(dataset.id, *_amounts(dataset, first, last)):
        found.setdefault(day, Counts()).revenue[code] = money.decimal(parts)
    return found


def _numbers(dataset: Dataset, first: date, last: date) -> tuple[str, Parameters]:
    bound = Parameters()
    columns = [f"countIf(name IN {bound.bind(list(dataset.names[role]), 'Array(String)')})" for role in COUNTED]
    every = sorted({name for names in dataset.names.values() for name in names})
    sql = (
        f"SELECT toDate(ts, {bound.bind(dataset.zone, 'String')}) AS day, {', '.join(columns)} FROM events"
        f" WHERE {where(dataset.query(first, last), 'events', bound)}"
        f" AND name IN {bound.bind(every, 'Array(String)')} GROUP BY day"
    )
    return sql, bound


def _amounts(dataset: Dataset, first: date, last: date) -> tuple[str, Parameters]:
    bound = Parameters()
    paid, refunded = dataset.names["payment_completed"], dataset.names["refund"]
    sql = (
        f"SELECT toDate(ts, {bound.bind(dataset.zone, 'String')}) AS day,"
        f" {money.currency(dataset.workspace, bound)} AS code, sum({money.earned(paid, refunded, bound)}) AS parts"
        f" FROM events WHERE {where(dataset.query(first, last), 'events', bound)}"
        f" AND name IN {bound.bind([*paid, *refunded], 'Array(String)')} GROUP BY day, code"
    )
    return sql, bound
