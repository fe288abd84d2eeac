"""Rules: made, changed, switched, snoozed, acknowledged and deleted.

A rule whose question or condition changes begins anew: what was open under the old one is over, and nobody is told so.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from analytics.alerts import notices, question
from analytics.alerts.hours import from_json
from analytics.models import AlertChange, AlertRule
from analytics.query import plan
from analytics.query.lookup import SavedOf
from analytics.query.model import Period, Query
from analytics.reports.trends import Trend
from analytics.reports.trends.answer import check_rate, parts
from config.lib.problems import Problem
from config.lib.turns import take_turn
from workspaces import audit
from workspaces.models import Connection, Workspace

MOST = 200  # in a workspace
MOST_CHANNELS = 20  # of a rule
MOST_WINDOW = 31 * 24 * 60  # minutes
MOST_SNOOZE = timedelta(days=31)
MOST_A_DAY = 1000
JUDGED_BY = (
    "query", "environment", "window_minutes", "condition", "threshold", "direction", "against", "for_minutes",
    "margin_pct", "is_active",
)  # fmt: skip
EDITED = (*JUDGED_BY, "name", "schedule", "quiet_hours", "tells_resolved", "tells_no_data", "most_a_day", "updated_at")
STATE = ("status", "is_open", "beyond_since", "evaluated_at", "last_value", "last_reason", "next_at")
DEVIATIONS = 3.0  # of an anomaly, unless the rule says another number


def create(
    workspace: Workspace, *, actor: Any, now: datetime, channels: Sequence[Connection] = (), **fields: Any
) -> AlertRule:
    """`fields` are those of AlertRule; `query` as question.read takes it. QueryError, Problem."""
    if AlertRule.objects.filter(workspace=workspace).count() >= MOST:
        raise Problem(409, "too_many", f"A workspace has at most {MOST} alerts. Delete one first.")
    maker = actor if getattr(actor, "pk", None) else None
    made = AlertRule(workspace=workspace, created_by=maker, created_at=now, updated_at=now, next_at=now)
    if fields.get("condition") == "anomaly" and not fields.get("threshold"):
        fields["threshold"] = DEVIATIONS
    _fill(made, fields, now)
    with transaction.atomic():
        made.save()
        _tell(made, channels)
        _record(made, "alert.created", actor, now)
    return made


def change(
    rule: AlertRule, *, actor: Any, now: datetime, channels: Sequence[Connection] | None = None, **fields: Any
) -> AlertRule:
    """All but `fields` stays as it is now, whatever `rule` was read as."""
    with transaction.atomic():
        take_turn(rule, "alert", "workspace__organization")
        before = [getattr(rule, name) for name in JUDGED_BY]
        _fill(rule, fields, now)
        is_another = before != [getattr(rule, name) for name in JUDGED_BY]
        if is_another:
            _begin_anew(rule, now)
        rule.updated_at = now
        # An evaluation may just have written its state: that of a rule that stays the same is left alone.
        rule.save(update_fields=[*EDITED, *(STATE if is_another else ())])
        if channels is not None:
            _tell(rule, channels)
        _record(rule, "alert.changed", actor, now)
    return rule


def switch(rule: AlertRule, is_active: bool, *, actor: Any, now: datetime) -> None:
    """Off: it is not evaluated, and what was open is over. On: it begins anew."""
    with transaction.atomic():
        rule.is_active, rule.updated_at = is_active, now
        _begin_anew(rule, now)
        rule.save(update_fields=["is_active", "updated_at", *STATE])
        _record(rule, "alert.changed", actor, now)


@transaction.atomic
def delete(rule: AlertRule, *, actor: Any, now: datetime) -> None:
    rule.delete()
    _record(rule, "alert.deleted", actor, now)


def snooze(rule: AlertRule, until: datetime | None, *, actor: Any, now: datetime) -> None:
    """Nobody is told before `until`; what is still open then comes back. None ends it."""
    if until is not None and not now < until <= now + MOST_SNOOZE:
        raise Problem(422, "snooze", f"Snooze for at most {MOST_SNOOZE.days} days, from now on.", field="until")
    with transaction.atomic():
        rule.snoozed_until = until
        rule.save(update_fields=["snoozed_until"])
        if until:
            notices.remind(rule, now)
        else:
            notices.release_held(rule, now)
        _record(rule, "alert.snoozed" if until else "alert.woken", actor, now)


def acknowledge(change: AlertChange, *, actor: Any, now: datetime) -> None:
    """Somebody has seen it. The first one who says so is kept."""
    maker = actor if getattr(actor, "pk", None) else None
    AlertChange.objects.filter(pk=change.pk, acknowledged_at=None).update(acknowledged_at=now, acknowledged_by=maker)


def _tell(rule: AlertRule, channels: Sequence[Connection]) -> None:
    if len(channels) > MOST_CHANNELS:
        says = f"An alert tells at most {MOST_CHANNELS} channels."
        raise Problem(422, "too_many", says, field="notification_channels")
    rule.channels.set(channels)


def _fill(rule: AlertRule, fields: dict[str, Any], now: datetime) -> None:
    for name in ("schedule", "quiet_hours"):
        if name in fields:
            hours = from_json(fields[name], name)
            fields[name] = hours.as_json() if hours else None
    for name, value in fields.items():
        setattr(rule, name, value.strip() if isinstance(value, str) else value)
    asked = question.read(rule.query, SavedOf(rule.workspace, now))
    check_askable(rule, asked, now)
    rule.query = question.stored(asked)
    check(rule)


def check(rule: AlertRule) -> None:
    """Problem names the field and says what to write instead."""
    if not rule.name:
        raise Problem(422, "name", "Give it a name.", field="name")
    if not 1 <= rule.window_minutes <= MOST_WINDOW:
        raise Problem(422, "window", f"A window has 1 to {MOST_WINDOW:,} minutes.", field="window_minutes")
    if not 0 <= rule.for_minutes <= MOST_WINDOW:
        raise Problem(422, "for", f"Choose 0 to {MOST_WINDOW:,} minutes.", field="for_minutes")
    if not 0 <= rule.margin_pct <= 100:
        raise Problem(422, "margin", "A recovery margin is 0 to 100 percent.", field="recovery_margin_pct")
    if rule.most_a_day is not None and not 1 <= rule.most_a_day <= MOST_A_DAY:
        raise Problem(422, "most_a_day", f"Choose 1 to {MOST_A_DAY:,} times a day.", field="most_a_day")
    if rule.condition in ("change", "anomaly") and rule.threshold <= 0:
        raise Problem(422, "threshold", "Say how much, as a number above 0.", field="threshold_value")


def check_askable(rule: AlertRule, asked: Trend, now: datetime) -> None:
    """QueryError where the engine could not tell it, or always told the same: now, and not when it is evaluated."""
    dataset_id = rule.workspace.dataset_id(rule.environment)  # type: ignore[arg-type]
    period = Period("custom", now - timedelta(minutes=1), now)
    for series in (series for measure in asked.series for series in parts(measure)):
        query = Query(dataset_id, "UTC", period, (series.metric,), filters=series.conditions)
        check_rate(query)
        plan.parts(query)


def _begin_anew(rule: AlertRule, now: datetime) -> None:
    rule.status, rule.is_open, rule.beyond_since, rule.evaluated_at = "waiting", False, None, None
    rule.last_value, rule.last_reason, rule.next_at = None, "", now
    if rule.pk:
        rule.changes.filter(ended_at=None, kind__in=("fired", "no_data", "invalid")).update(ended_at=now)
        for kinds in notices.STORIES:
            notices.withdraw_held(rule, now, kinds)


def _record(rule: AlertRule, action: str, actor: Any, now: datetime) -> None:
    workspace = rule.workspace
    audit.record(workspace.organization, actor, action, rule.name, now=now, workspace=workspace)
