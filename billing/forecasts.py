"""How a month will end if it goes on like this, and what each plan would cost then."""

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from billing.plans import PLANS, Plan

SHORTEST = timedelta(days=1)  # a month that is some minutes old would promise anything


@dataclass(frozen=True)
class Month:
    """A calendar month in UTC, as quotas count it."""

    start: datetime
    end: datetime
    used: int
    forecast: int  # at its end, if the rest goes like the part that is over


@dataclass(frozen=True)
class Offer:
    """A plan, seen from what is used."""

    plan: Plan
    cost_cents: int | None  # for the forecast; None: too small for it
    has_seats: bool


def month(now: datetime, used: int) -> Month:
    start = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = start + timedelta(days=calendar.monthrange(start.year, start.month)[1])
    share = max(now - start, SHORTEST) / (end - start)
    return Month(start, end, used, max(used, round(used / share)))


def offers(forecast: int, seats: int) -> list[Offer]:
    return [
        Offer(plan, plan.cost_cents(forecast), plan.seats is None or seats <= plan.seats) for plan in PLANS.values()
    ]
