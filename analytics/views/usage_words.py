"""A quota as the usage page shows it: a bar with its limit, and sentences on what is to come."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analytics.quotas import Quota, QuotaState
from workspaces import limits
from workspaces.models import Limit

SOURCES = {
    "plan": "your plan",
    "own": "set by your organization",
    "operator": "set by us",
    "default": "the default here",
}
PERIOD = {"day": "today", "month": "this month"}
HEADROOM = 1.12  # of the bar, beyond whatever is the largest on it


@dataclass(frozen=True)
class Bar:
    """Shares of the bar's width, 0–100."""

    used: float
    limit: float
    forecast: float


@dataclass(frozen=True)
class Line:
    quota: Quota
    bar: Bar
    called: str  # of which key, or nothing
    source: str
    period: str
    outlook: str
    then: str  # what happens when all of it is used
    is_own: bool  # may be taken back on this page

    @property
    def tone(self) -> str:
        return {QuotaState.OK: "ok", QuotaState.NEAR: "near"}.get(self.quota.state, "over")


def line(quota: Quota, key_names: dict[int, str], now: datetime) -> Line:
    assert quota.most is not None
    return Line(
        quota,
        _bar(quota),
        key_names.get(quota.key_id or 0, ""),
        SOURCES[quota.source],
        PERIOD[quota.period],
        outlook(quota, now),
        consequence(quota),
        quota.source == Limit.Source.OWN,
    )


def outlook(quota: Quota, now: datetime) -> str:
    """Where it goes on at this pace."""
    assert quota.most is not None
    if quota.is_exceeded:
        return f"All of it is used. It begins again on {_day(quota.resets_at)}."
    if not quota.used:
        return "Nothing is used yet."
    if quota.forecast is None:
        return "Too early to say where it goes."
    if quota.forecast <= quota.most:
        return f"At this pace {quota.forecast:,} by the end of {_span(quota)}: within the limit."
    return f"At this pace {quota.forecast:,} by the end of {_span(quota)}: the limit is reached {_when(quota, now)}."


def consequence(quota: Quota) -> str:
    """What happens at 100 %."""
    if quota.metric not in limits.MEASURED:
        if quota.policy == Limit.Policy.HARD:
            return "At 100 % further counts are refused with 402, until it begins again."
        return "At 100 % you are told; counting goes on, and check_quota says exceeded."
    held = "held for 30 days and counted when the limit is raised"
    if quota.policy == Limit.Policy.HARD:
        return f"At 100 % further events are {held}. Nothing is lost, and no dashboard locks."
    until = f" on {_day(quota.grace_ends_at)}" if quota.grace_ends_at else " seven days after 100 %"
    return (
        f"At 100 % you are told and everything goes on. At 125 %, or{until}, further events are {held}. "
        "Nothing is lost, and no dashboard locks."
    )


def _bar(quota: Quota) -> Bar:
    assert quota.most is not None
    whole = max(quota.most, quota.used, min(quota.forecast or 0, 2 * max(quota.most, quota.used)), 1) * HEADROOM
    parts = (quota.used, quota.most, min(quota.forecast or 0, whole))
    used, limit, forecast = (round(100 * part / whole, 2) for part in parts)
    return Bar(used, limit, max(forecast, used))


def _when(quota: Quota, now: datetime) -> str:
    day = limits.start_of(quota.period, now)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert quota.most is not None
    at = start + timedelta(seconds=(now - start).total_seconds() * quota.most / quota.used)
    return f"around {at:%H}:00 UTC" if quota.period == "day" else f"around {_day(at)}"


def _span(quota: Quota) -> str:
    return "the day" if quota.period == "day" else "the month"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B}"
