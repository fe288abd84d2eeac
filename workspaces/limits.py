"""How much an organization and each of its keys may use: the copy of the plan that the way in reads.

    billing ──set_limits──► Limit (source plan) ┐
    an admin of the organization, for a key     ├──► in_force ──► tracking.keys.KeyGrant, quotas, seats
    an operator ── Django admin, set_limit ─────┤
    QUOTA_DEFAULTS of the installation ─────────┘    the later in costs.PRECEDENCE wins; no limit said, none asked

What is used is counted in tracking.usage. Every process knows of a change within seconds: the limits travel with
a key's grant (api_keys.KNOWN_SECONDS).
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from django.conf import settings
from django.db import transaction

from config.lib.problems import Problem
from workspaces import api_keys, audit
from workspaces.costs import COSTS, by_precedence
from workspaces.models import ApiKey, Limit, LimitNotice, Membership, Organization

EVENTS = "events"  # billable: stored, live, of no bot; tracking.usage counts them
SEATS = "seats"
MEASURED = frozenset({EVENTS})  # what the product itself counts; other metrics are the customer's own
PERIODS: dict[str, Literal["day", "month"]] = {"_daily": "day", "_monthly": "month"}
# A soft limit is one after this long or this much, whichever comes first.
GRACE = timedelta(days=7)
GRACE_SHARE = 0.25


class Quota(NamedTuple):
    """An allowance as plans write it. `most` None: as many as they like."""

    metric: str
    period: str  # day, month; always for what is there and not used up
    most: int | None
    policy: str = "soft"


class Allowance(NamedTuple):
    """A limit in force. `key_id` None: of the whole organization."""

    metric: str
    period: str
    most: int
    policy: str
    source: str  # plan, own, operator, or default
    key_id: int | None = None
    reached_at: datetime | None = None  # when all of it was used, in the present period

    def ceiling(self, now: datetime) -> int:
        """From where on nothing more is taken. A soft limit has its grace above it."""
        if self.policy == Limit.Policy.HARD or self.reached_at and now - self.reached_at >= GRACE:
            return self.most
        return self.most + int(self.most * GRACE_SHARE)


def seats(most: int | None) -> Quota:
    """How many members an organization may have."""
    return Quota(SEATS, Limit.Period.ALWAYS, most, Limit.Policy.HARD)


def costs(seconds: int, megabytes: int, rows: int) -> list[Quota]:
    """How much one question may cost."""
    amounts = zip(COSTS, (seconds, megabytes, rows), strict=True)
    return [Quota(name, Limit.Period.ALWAYS, most, Limit.Policy.HARD) for name, most in amounts]


@transaction.atomic
def set_limits(organization: Organization, limits: Iterable[Quota], now: datetime, *, actor: Any = "billing") -> None:
    """What the plan allows, in place of what it allowed before; nothing: back to the installation's defaults.

    What an operator set, and what was set for single keys, stays. Setting the same again changes nothing.
    """
    plan = Limit.objects.select_for_update().filter(organization=organization, source=Limit.Source.PLAN)
    wanted = {(quota.metric, quota.period): quota for quota in limits}
    present = {(row.metric, row.period): Quota(row.metric, row.period, row.most, row.policy) for row in plan}
    if wanted == present:
        return
    plan.delete()
    Limit.objects.bulk_create(
        Limit(organization=organization, source=Limit.Source.PLAN, **quota._asdict()) for quota in wanted.values()
    )
    audit.record(organization, actor, "limits.plan", said(wanted.values()), now=now)
    transaction.on_commit(api_keys.forget)


@transaction.atomic
def set_limit(
    organization: Organization, quota: Quota, *, actor: Any, now: datetime, key: ApiKey | None = None, source: str = ""
) -> Limit:
    """One limit by an operator or, for a key, by the organization itself. Raises Problem 422."""
    if quota.most is not None and quota.most < 0:
        raise Problem(422, "limit", "A limit is a whole number from 0, or empty for none.", field="most")
    row, _ = Limit.objects.update_or_create(
        organization=organization,
        api_key=key,
        metric=quota.metric,
        period=quota.period,
        source=source or Limit.Source.OPERATOR,
        defaults={"most": quota.most, "policy": quota.policy},
    )
    target = said([quota]) + (f" for {key}" if key else "")
    audit.record(organization, actor, "limits.set", target, now=now, workspace=key.workspace if key else None)
    transaction.on_commit(api_keys.forget)
    return row


@transaction.atomic
def lift(limit: Limit, *, actor: Any, now: datetime) -> None:
    """Takes a limit back. What stands below it in PRECEDENCE holds again."""
    limit.delete()
    audit.record(limit.organization, actor, "limits.lift", str(limit), now=now)
    transaction.on_commit(api_keys.forget)


def in_force(organization_id: int, now: datetime, key_id: int = 0) -> tuple[Allowance, ...]:
    """The organization's limits and those of the key. 0: of no key, as what people or other tools' keys send.

    Nothing where quotas are switched off. Costs a query, and another one where there are limits.
    """
    every = of_many([organization_id], now)[organization_id]
    return tuple(each for each in every if each.key_id in (None, key_id))


def of_many(organization_ids: Iterable[int], now: datetime) -> dict[int, tuple[Allowance, ...]]:
    """The limits of several organizations and of all their keys; two queries however many there are."""
    ids = list(organization_ids)
    rows = list(Limit.objects.filter(organization_id__in=ids)) if settings.QUOTAS_ENABLED else []
    reached = _reached(ids, now) if rows or defaults() else {}
    by_organization: dict[int, list[Limit]] = {}
    for row in rows:
        by_organization.setdefault(row.organization_id, []).append(row)
    return {each: _allowances(each, by_organization.get(each, []), reached) for each in ids}


def defaults() -> tuple[Quota, ...]:
    """QUOTA_DEFAULTS: {"events_monthly": 100000} or {"events_monthly": {"limit": 100000, "policy": "hard"}}."""
    if not settings.QUOTAS_ENABLED:
        return ()
    return tuple(_default(name, said) for name, said in settings.QUOTA_DEFAULTS.items())


def named(name: str) -> tuple[str, str | None]:
    """(metric, period) that a quota's name speaks of. What we count ourselves is `events`, by day and by month;
    of the customer's own units the whole name is the metric, and its end says what its quota counts."""
    for ending, period in PERIODS.items():
        if name.endswith(ending):
            base = name.removesuffix(ending)
            return (base if base in MEASURED else name), period
    return name, None


def start_of(period: str, now: datetime) -> date:
    """The first day (UTC) of the period that `now` lies in."""
    today = now.astimezone(UTC).date()
    return today.replace(day=1) if period == Limit.Period.MONTH else today


def end_of(period: str, now: datetime) -> datetime:
    """When the period that `now` lies in is over, and everything begins at 0 again."""
    start = start_of(period, now)
    following = (start + timedelta(days=32)).replace(day=1) if period == Limit.Period.MONTH else start + timedelta(1)
    return datetime(following.year, following.month, following.day, tzinfo=UTC)


def check_seat(organization: Organization, now: datetime) -> None:
    """Raises Problem 402 when the last seat is taken. Call with the organization locked (`lock`)."""
    most = next((each.most for each in in_force(organization.pk, now) if each.metric == SEATS), None)
    if most is not None and Membership.objects.filter(organization=organization).count() >= most:
        raise Problem(402, "no_seat_left", f"All {most} seats of {organization} are taken. Upgrade or free one.")


def lock(organization: Organization) -> None:
    """Until the end of the transaction nobody else changes who belongs to it."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def said(quotas: Iterable[Quota]) -> str:
    """For the audit log: `100000 events a month (hard), 25 seats at any time (hard)`."""
    words = (
        f"{'any number of' if quota.most is None else quota.most} {quota.metric} "
        f"{Limit.Period(quota.period).label} ({quota.policy})"
        for quota in quotas
    )
    return ", ".join(words) or "none"


def _default(name: str, given: int | Mapping[str, Any]) -> Quota:
    metric, period = named(name)
    if isinstance(given, Mapping):
        return Quota(metric, given.get("period", period or "month"), given["limit"], given.get("policy", "soft"))
    return Quota(metric, period or "month", given)


Reached = dict[tuple[int, int | None, str, str, int], datetime]


def _reached(organization_ids: list[int], now: datetime) -> Reached:
    """When each limit was reached in the period that `now` lies in."""
    notices = LimitNotice.objects.filter(
        organization_id__in=organization_ids, percent=100, starts_on__gte=start_of(Limit.Period.MONTH, now)
    )
    return {
        (row.organization_id, row.api_key_id, row.metric, row.period, row.most): row.at
        for row in notices
        if row.starts_on == start_of(row.period, now)
    }


def _allowances(organization_id: int, rows: Iterable[Limit], reached: Reached) -> tuple[Allowance, ...]:
    if not settings.QUOTAS_ENABLED:
        return ()
    found: dict[tuple[int | None, str, str], tuple[int | None, str, str]] = {
        (None, quota.metric, quota.period): (quota.most, quota.policy, "default") for quota in defaults()
    }
    for row in by_precedence(rows):
        found[row.api_key_id, row.metric, row.period] = (row.most, row.policy, row.source)
    return tuple(
        Allowance(metric, period, most, policy, source, key_id, at)
        for (key_id, metric, period), (most, policy, source) in found.items()
        if most is not None
        for at in (reached.get((organization_id, key_id, metric, period, most)),)
    )
