"""Sign-up to payment: of the people who registered in a period, those who paid within 30 days of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from analytics.query.conditions import PERSON
from analytics.query.scope import Parameters, where
from analytics.rollups.ask import ask
from analytics.rollups.dataset import Dataset
from analytics.rollups.measures import Every

WINDOW = timedelta(days=30)
BUCKETS: dict[Every | Literal["once"], str] = {
    "daily": "{day}",
    "weekly": "toMonday({day})",
    "monthly": "toStartOfMonth({day})",
    "once": "toDate('1970-01-01')",
}

# `since` is the first registration in the bucket: whoever registers twice in it is one person.
CONVERTED = """
SELECT bucket, count(), countIf(arrayExists(at -> at >= since AND at <= since + {window}, payments))
FROM (
    SELECT person, at.2 AS bucket, min(at.1) AS since, any(payments) AS payments
    FROM (
        SELECT
            {who} AS person,
            groupArrayIf((toUnixTimestamp64Milli(ts), {bucket}), name IN {registration}) AS registrations,
            groupArrayIf(toUnixTimestamp64Milli(ts), name IN {payment}) AS payments
        FROM events WHERE {where} AND (name IN {registration} OR name IN {payment}) GROUP BY person
    )
    ARRAY JOIN registrations AS at
    WHERE at.1 < {end}
    GROUP BY person, bucket
)
GROUP BY bucket
"""


@dataclass(frozen=True)
class Converted:
    registered: int
    paid: int

    @property
    def percent(self) -> float | None:
        return 100 * self.paid / self.registered if self.registered else None


def conversion(dataset: Dataset, every: Every | Literal["once"], first: date, last: date) -> dict[date, Converted]:
    """By first day of the bucket; [first, last] holds whole ones. Buckets without a registration are not told."""
    bound = Parameters()
    day = f"toDate(ts, {bound.bind(dataset.zone, 'String')})"
    filled = {
        "{where}": where(dataset.query(first, last + WINDOW), "events", bound),
        "{who}": PERSON,
        "{bucket}": BUCKETS[every].format(day=day),
        "{registration}": bound.bind(list(dataset.names["registration"]), "Array(String)"),
        "{payment}": bound.bind(list(dataset.names["payment_completed"]), "Array(String)"),
        "{window}": bound.bind(int(WINDOW.total_seconds() * 1000), "Int64"),
        "{end}": bound.bind(round(dataset.query(first, last).period.end.timestamp() * 1000), "Int64"),
    }
    sql = CONVERTED
    for mark, text in filled.items():
        sql = sql.replace(mark, text)
    rows = ask(dataset.id, sql, bound)
    return {bucket: Converted(registered, paid) for bucket, registered, paid in rows}


def over_all(dataset: Dataset, first: date, last: date) -> Converted:
    """Everybody who registered in [first, last], once."""
    return next(iter(conversion(dataset, "once", first, last).values()), Converted(0, 0))
