"""The numbers of a period as each tool would define them: the engine's, so those that the overview shows when it counts
as that tool does."""

from dataclasses import dataclass, replace
from datetime import datetime

from analytics.query import run_many
from analytics.query.model import Query
from analytics.query.profiles import OURS, PROFILES, Profile

METRICS = ("visitors", "visits", "views_per_visit", "bounce_rate", "visit_duration")


@dataclass(frozen=True)
class Profiled:
    profile: Profile
    values: dict[str, float | None]


def profiled(query: Query, now: datetime, timeout_minutes: int = 30, bounce_seconds: int = 10) -> list[Profiled]:
    """Every profile's numbers for `query`'s period and conditions, ours first. The errors of the store."""
    profiles = [_ours(timeout_minutes, bounce_seconds), *(each for each in PROFILES.values() if each.name != OURS)]
    found = run_many([_counted_as(each, query) for each in profiles], now)
    return [
        Profiled(profile, {name: _number(result.totals[name]) for name in METRICS})
        for profile, result in zip(profiles, found, strict=True)
    ]


def _counted_as(profile: Profile, query: Query) -> Query:
    """Ours are the visits as they were stored: cut anew they would not be those that every other page counts."""
    return replace(query, metrics=METRICS, profile="" if profile.name == OURS else profile.name)


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _ours(timeout_minutes: int, bounce_seconds: int) -> Profile:
    return replace(
        PROFILES[OURS],
        says=f"{timeout_minutes} quiet minutes end a visit. A bounce has one page view, no deliberate action"
        + (f", under {bounce_seconds} s of attention." if bounce_seconds else "."),
    )
