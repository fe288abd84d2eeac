"""Who is to be told of a change, and when: rows that wait to be sent (an outbox).

held      in quiet hours, and while the rule is snoozed, a notice waits until they are over; what happens in the
          meantime takes its place, so that the morning brings the last word and not the night's whole story
capped    a rule may say how often in a day it tells: what comes on top waits likewise, until the first is a day old
told      a recovery is told where the crossing was told, and nowhere else
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from analytics.alerts.hours import from_json
from analytics.models import AlertChange, AlertRule, Notice
from workspaces.models import Connection

STORIES = (("fired", "resolved"), ("no_data", "data", "invalid"))  # a later word of the same takes the place of one
DAY = timedelta(days=1)
BEGINNINGS = {"resolved": ("fired",), "data": ("no_data", "invalid")}  # of what ends


def put(rule: AlertRule, change: AlertChange, now: datetime) -> list[Notice]:
    """In the transaction that writes the change. Returns those to be sent at once."""
    withdraw_held(rule, now, next(each for each in STORIES if change.kind in each))
    if not _is_told(rule, change.kind):
        return []
    ends = [held_until(rule, now), None if change.kind in BEGINNINGS else capped_until(rule, now)]
    due = max((each for each in ends if each), default=now)
    made = [
        Notice(change=change, channel=channel, due_at=due, is_held=due > now)
        for channel in rule.channels.all()
        if _matters(rule, channel, change.kind)
    ]
    Notice.objects.bulk_create(made)
    return [each for each in made if due <= now]


def remind(rule: AlertRule, now: datetime) -> None:
    """What is open comes back when the snooze ends, unless it is over by then."""
    change = rule.changes.filter(kind="fired", ended_at=None).first()
    if change and rule.snoozed_until:
        withdraw_held(rule, now, STORIES[0])
        due = held_until(rule, now) or now
        Notice.objects.bulk_create(
            Notice(change=change, channel=channel, due_at=due, is_held=True) for channel in rule.channels.all()
        )


def release_held(rule: AlertRule, now: datetime) -> None:
    """After the end of a snooze that somebody took back."""
    _held(rule, now).update(due_at=held_until(rule, now) or now)


def withdraw_held(rule: AlertRule, now: datetime, kinds: Iterable[str]) -> None:
    _held(rule, now).filter(change__kind__in=kinds).update(state="withdrawn")


def held_until(rule: AlertRule, now: datetime) -> datetime | None:
    """When somebody may be told again; None: now."""
    quiet = from_json(rule.quiet_hours, "quiet_hours")
    ends = [quiet.until(now, rule.workspace.timezone) if quiet else None, rule.snoozed_until]
    if quiet and rule.snoozed_until and rule.snoozed_until > now:  # it may end in the middle of the night
        ends.append(quiet.until(rule.snoozed_until, rule.workspace.timezone))
    return max((each for each in ends if each and each > now), default=None)


def capped_until(rule: AlertRule, now: datetime) -> datetime | None:
    """When something new may be told again; None: now."""
    if not rule.most_a_day:
        return None
    lately = Notice.objects.filter(change__rule=rule, change__at__gt=now - DAY).exclude(state="withdrawn")
    told = lately.exclude(change__kind__in=BEGINNINGS).values_list("change__at", flat=True).distinct()
    nth = list(told.order_by("-change__at")[rule.most_a_day - 1 : rule.most_a_day])
    return nth[0] + DAY if nth else None


def _held(rule: AlertRule, now: datetime) -> QuerySet[Notice]:
    """Those that still wait for quiet hours or a snooze to end; nobody has tried to send them."""
    return Notice.objects.filter(change__rule=rule, state="waiting", is_held=True, attempts=0, due_at__gt=now)


def _is_told(rule: AlertRule, kind: str) -> bool:
    return {"resolved": rule.tells_resolved, "no_data": rule.tells_no_data}.get(kind, True)


def _matters(rule: AlertRule, channel: Connection, kind: str) -> bool:
    """The end of something is news for whoever heard of its beginning."""
    if kind not in BEGINNINGS:
        return True
    heard = Notice.objects.filter(change__rule=rule, channel=channel).exclude(state="withdrawn")
    related = heard.filter(change__kind__in=[kind, *BEGINNINGS[kind]]).order_by("-id")
    return related.values_list("change__kind", flat=True).first() in BEGINNINGS[kind]
