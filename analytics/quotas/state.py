"""The state of a quota: how much of it is used, when it will be used up, and what happens then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from tracking.usage import counters
from workspaces import limits
from workspaces.limits import GRACE, Allowance
from workspaces.models import Limit, Organization

NEAR_PERCENT = 80
SURE_AFTER = timedelta(hours=6)  # before that a period has seen too little to say how it ends


Used = Mapping[str, Mapping[str, int]]  # period → field of the counters → number


class QuotaState(StrEnum):
    OK = "ok"
    NEAR = "near"  # four fifths are used
    OVER = "over"  # all of it is used; a soft limit goes on for its grace
    BLOCKED = "blocked"  # nothing more is taken


@dataclass(frozen=True)
class Quota:
    metric: str
    period: str  # day, month; "" where there is no limit and none was asked for
    used: int
    most: int | None  # None: no limit
    policy: str
    source: str
    key_id: int | None
    state: QuotaState
    resets_at: datetime
    blocks_at: int | None  # from how many on nothing more is taken
    grace_ends_at: datetime | None
    forecast: int | None  # by the end of the period, at this pace

    @property
    def percent(self) -> float | None:
        if self.most is None:
            return None
        return round(100 * self.used / self.most, 1) if self.most else 100.0

    @property
    def remaining(self) -> int | None:
        return None if self.most is None else max(0, self.most - self.used)

    @property
    def is_exceeded(self) -> bool:
        """Whether all of it is used: one more is too many."""
        return self.most is not None and self.used >= self.most


def of_organization(organization: Organization, now: datetime) -> list[Quota]:
    """Every limit in force of days and months, with those of keys. Raises redis.RedisError."""
    allowances = limits.of_many([organization.pk], now)[organization.pk]
    return quotas_of(organization.pk, allowances, now)


def quotas_of(
    organization_id: int, allowances: Iterable[Allowance], now: datetime, used: Used | None = None
) -> list[Quota]:
    """`used` where it was looked up before. Raises redis.RedisError."""
    kept = [each for each in allowances if each.period != Limit.Period.ALWAYS]
    periods = {each.period for each in kept}
    numbers = used or {period: counters.everything(organization_id, period, now) for period in periods}
    return [_quota(each, numbers[each.period].get(counters.field(each.metric, each.key_id), 0), now) for each in kept]


def check(organization: Organization, name: str, now: datetime, key_id: int = 0) -> Quota:
    """The quota that `name` speaks of (api_requests_daily, events, events_daily); of several the one nearest its end.

    Without a limit: how much was used, and None for what is allowed. Raises redis.RedisError.
    """
    metric, period = limits.named(name)
    allowances = [
        each
        for each in limits.in_force(organization.pk, now, key_id)
        if each.metric == metric and period in (None, each.period)
    ]
    found = quotas_of(organization.pk, allowances, now)
    if found:
        return max(found, key=lambda quota: quota.percent or 0)
    return _free(organization.pk, metric, period or "month", now)


def forecast(used: int, period: str, now: datetime) -> int | None:
    """What is used by the end of the period if it goes on like this; None while it is too early to say."""
    day = limits.start_of(period, now)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    passed, whole = now - start, limits.end_of(period, now) - start
    return round(used * (whole / passed)) if passed >= min(SURE_AFTER, whole / 4) else None


def _quota(allowance: Allowance, used: int, now: datetime) -> Quota:
    reached = allowance.reached_at
    is_grace = allowance.policy == Limit.Policy.SOFT and reached is not None
    return Quota(
        allowance.metric,
        allowance.period,
        used,
        allowance.most,
        allowance.policy,
        allowance.source,
        allowance.key_id,
        state_of(allowance, used, now),
        limits.end_of(allowance.period, now),
        _blocks_at(allowance, now),
        reached + GRACE if is_grace and reached else None,
        forecast(used, allowance.period, now),
    )


def state_of(allowance: Allowance, used: int, now: datetime) -> QuotaState:
    blocks_at = _blocks_at(allowance, now)
    if blocks_at is not None and used >= blocks_at:
        return QuotaState.BLOCKED
    if used >= allowance.most:
        return QuotaState.OVER
    return QuotaState.NEAR if used * 100 >= allowance.most * NEAR_PERCENT else QuotaState.OK


def _blocks_at(allowance: Allowance, now: datetime) -> int | None:
    """A soft limit of the customer's own unit never stops anything: they count it, and they decide."""
    if allowance.metric not in limits.MEASURED and allowance.policy == Limit.Policy.SOFT:
        return None
    return allowance.ceiling(now)


def _free(organization_id: int, metric: str, period: str, now: datetime) -> Quota:
    used = counters.used(organization_id, metric, period, now)
    end = limits.end_of(period, now)
    guess = forecast(used, period, now)
    return Quota(metric, period, used, None, "", "", None, QuotaState.OK, end, None, None, guess)
