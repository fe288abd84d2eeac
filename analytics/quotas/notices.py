"""Tell an organization that it comes near a limit: at 50, 80, 90 and 100 %, once each in a period.

    every minute ─► counters against limits ─► LimitNotice for each share reached ─► one mail for the highest new one
                                                                                └──► one webhook, where there is one

Whoever goes from 0 to 120 % at once gets one mail. What nobody could be sent is tried again a minute later. Raising
the limit begins a new list: 80 % of more is news.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from analytics.quotas import webhook
from analytics.quotas.state import Quota, quotas_of
from config.lib.mail import send_each
from tracking.usage import counters, prometheus
from workspaces import limit_notices, limits
from workspaces.models import LimitNotice, Membership, Organization, Role

PERCENTS = (50, 80, 90, 100)
AT_ONCE = 500
Reached = tuple[int, int | None, str, str, int, int]  # organization, key, metric, period, most, percent


def note(now: datetime) -> list[LimitNotice]:
    """Write down every share that was reached since the last look. Raises redis.RedisError."""
    made: list[LimitNotice] = []
    for ids in _some_at_once(Organization.objects.order_by("id").values_list("id", flat=True).iterator()):
        made += _note(ids, now)
    return made


def mail(now: datetime) -> int:
    """Send what was written down and is not sent yet; the number of notices."""
    waiting = LimitNotice.objects.filter(mailed_at__isnull=True).values_list("pk", flat=True)
    return sum(_mail(pk, now) for pk in list(waiting))


def _note(ids: list[int], now: datetime) -> list[LimitNotice]:
    allowances = limits.of_many(ids, now)
    used = {period: counters.of_many(ids, period, now) for period in ("day", "month")}
    found = [
        (each, quota)
        for each in ids
        if used["month"][each] or used["day"][each]
        for quota in quotas_of(each, allowances[each], now, {period: used[period][each] for period in used})
        if quota.used and quota.percent is not None and quota.percent >= PERCENTS[0]
    ]
    known = _known({organization_id for organization_id, _ in found}, now)
    return [notice for each, quota in found for notice in _of_quota(each, quota, known, now)]


def _known(ids: set[int], now: datetime) -> set[Reached]:
    rows = LimitNotice.objects.filter(organization_id__in=ids, starts_on__gte=limits.start_of("month", now))
    return {
        (row.organization_id, row.api_key_id, row.metric, row.period, row.most, row.percent)
        for row in rows
        if row.starts_on == limits.start_of(row.period, now)
    }


def _of_quota(organization_id: int, quota: Quota, known: set[Reached], now: datetime) -> Iterator[LimitNotice]:
    assert quota.most is not None and quota.percent is not None
    about = (organization_id, quota.key_id, quota.metric, quota.period, quota.most)
    fresh = [percent for percent in PERCENTS if percent <= quota.percent and (*about, percent) not in known]
    for percent in fresh:
        notice = _written(organization_id, quota, percent, now, is_told=percent == fresh[-1])
        if notice:
            _follow(notice)
            yield notice


@transaction.atomic
def _written(organization_id: int, quota: Quota, percent: int, now: datetime, *, is_told: bool) -> LimitNotice | None:
    """None where somebody else wrote it. `is_told`: the highest speaks for those below it."""
    assert quota.most is not None
    notice, is_new = LimitNotice.objects.get_or_create(
        organization_id=organization_id,
        api_key_id=quota.key_id,
        metric=quota.metric,
        period=quota.period,
        starts_on=limits.start_of(quota.period, now),
        percent=percent,
        most=quota.most,
        defaults={"used": quota.used, "at": now, "mailed_at": None if is_told else now},
    )
    if is_new and is_told:
        webhook.put(notice, now)
    return notice if is_new else None


def _follow(notice: LimitNotice) -> None:
    limit_notices.forget(notice.organization_id)
    if notice.percent == 100:
        prometheus.count_exceeded(notice.organization.slug, notice.metric)


@transaction.atomic
def _mail(pk: int, now: datetime) -> bool:
    """Locked while it is sent: of two processes one sends, and a crash before the end sends it again."""
    rows = LimitNotice.objects.select_for_update(skip_locked=True, of=("self",)).select_related("organization")
    notice = rows.filter(pk=pk, mailed_at__isnull=True).first()
    if notice is None:
        return False
    if not send_each([_letter(address, notice, now) for address in _addresses(notice.organization)]):
        return False
    notice.mailed_at = now
    notice.save(update_fields=["mailed_at"])
    return True


def _letter(address: str, notice: LimitNotice, now: datetime) -> EmailMultiAlternatives:
    context = {
        "notice": notice,
        "ends": limits.end_of(notice.period, now),
        "is_events": notice.metric == limits.EVENTS,
        "link": settings.SITE_URL + reverse("usage", args=[notice.organization.slug]),
    }
    of_key = f" with the key {notice.api_key.name}" if notice.api_key else ""
    share = f"{notice.percent} % of {notice.most:,} {notice.metric} {notice.get_period_display()}"
    subject = f"{notice.organization.name}: {share} used{of_key}"
    text = render_to_string("emails/limit.txt", context)
    message = EmailMultiAlternatives(subject.replace("\r", " ").replace("\n", " "), text, to=[address])
    message.attach_alternative(render_to_string("emails/limit.html", context), "text/html")
    return message


def _addresses(organization: Organization) -> list[str]:
    """Of those who can do something about it."""
    who = Membership.objects.filter(organization=organization, role__in=[Role.OWNER, Role.ADMIN], user__is_active=True)
    return list(who.order_by("id").values_list("user__email", flat=True))


def _some_at_once(ids: Iterable[int]) -> Iterator[list[int]]:
    some: list[int] = []
    for each in ids:
        some.append(each)
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some
