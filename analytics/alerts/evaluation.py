"""Evaluating a rule: claimed, measured, decided and written down.

Two workers may take the same rule: the claim lets one of them on, and the write succeeds only from the state that was
read. What a worker that died left out, the next one makes up for: it goes through the minutes since the last
evaluation one by one, so that a crossing which is over by now is told as well.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from analytics.alerts import notices, words
from analytics.alerts.conditions import Condition
from analytics.alerts.contributors import contributors
from analytics.alerts.decide import State, decide, happened
from analytics.alerts.hours import from_json
from analytics.alerts.measure import Gauge, Reading
from analytics.models import AlertChange, AlertRule, Notice
from analytics.query.model import QueryError
from analytics.reports.realtime import storing_behind
from tracking.store import QueryTimeout, QueryTooLarge, StoreError

EVERY = timedelta(seconds=30)  # so that what becomes visible is judged well within a minute
LEASE = timedelta(minutes=2)  # after which a rule whose worker died is evaluated by another
STEP = timedelta(minutes=1)
MOST_STEPS = 60  # that are made up for; a longer outage begins again there
LAGGING_S = 60  # numbers further behind than this are not judged: they are as low as they are late
TOO_HEAVY = "The question takes too long. Choose a shorter window or fewer conditions."
log = structlog.get_logger()


def due(now: datetime) -> list[int]:
    """The rules whose time has come, the most overdue first."""
    waiting = AlertRule.objects.filter(is_active=True, next_at__lte=now)
    return list(waiting.order_by("next_at").values_list("id", flat=True))


def evaluate(rule_id: int, now: datetime) -> list[int]:
    """The ids of notices to send at once. None when somebody else is at it, or the store cannot tell: the next turn
    makes up for that."""
    rule = _claim(rule_id, now)
    if rule is None:
        return []
    if storing_behind(now) > LAGGING_S:
        return _postponed(rule, now)
    gauge = Gauge(rule, now)
    try:
        return _record(rule, gauge, _readings(gauge, _moments(rule, now)), now)
    except QueryError as refused:
        return _record_invalid(rule, str(refused), now)
    except StoreError as error:
        log.warning("alert_postponed", rule=str(rule.uid), error=str(error)[:200])
        return _postponed(rule, now)


def _claim(rule_id: int, now: datetime) -> AlertRule | None:
    """The rule, if it was due and nobody else has just taken it."""
    mine = AlertRule.objects.filter(pk=rule_id, is_active=True, next_at__lte=now)
    if not mine.update(next_at=now + LEASE):
        return None
    return AlertRule.objects.select_related("workspace__organization").filter(pk=rule_id).first()


def _postponed(rule: AlertRule, now: datetime) -> list[int]:
    AlertRule.objects.filter(pk=rule.pk, next_at=now + LEASE).update(next_at=now + EVERY)
    return []


def _readings(gauge: Gauge, moments: list[datetime]) -> list[tuple[datetime, Reading]]:
    """What is too heavy is not asked for each minute that was left out."""
    try:
        return list(zip(moments, gauge.readings(moments), strict=True))
    except (QueryTimeout, QueryTooLarge):
        return [(moments[-1], Reading(None, None, why=TOO_HEAVY))]


def _moments(rule: AlertRule, now: datetime) -> list[datetime]:
    """Now, and what was left out before: minute by minute, or by tenths of a long window. Not what the schedule leaves
    out."""
    found, step = [now], max(STEP, timedelta(minutes=rule.window_minutes) / 10)
    if rule.evaluated_at:
        while len(found) < MOST_STEPS and found[-1] - step > rule.evaluated_at:
            found.append(found[-1] - step)
    schedule = from_json(rule.schedule, "schedule")
    zone = rule.workspace.timezone
    return [each for each in reversed(found) if schedule is None or schedule.covers(each, zone)]


def condition_of(rule: AlertRule) -> Condition:
    return Condition(rule.condition, rule.threshold, rule.direction, rule.margin_pct, rule.for_minutes)  # type: ignore[arg-type]


def state_of(rule: AlertRule) -> State:
    return State(rule.status, rule.is_open, rule.beyond_since)  # type: ignore[arg-type]


def _record(rule: AlertRule, gauge: Gauge, readings: list[tuple[datetime, Reading]], now: datetime) -> list[int]:
    """State, history and notices, all or nothing."""
    steps = []
    state = state_of(rule)
    for moment, reading in readings:
        before, state = state, decide(state, reading.judged, condition_of(rule), moment)
        kind = happened(before, state)
        if kind and _is_history(rule, kind, before):
            said = words.happened(kind, rule, gauge.asked, reading)
            said += contributors(gauge, moment) if kind == "fired" and reading.value else ""
            steps.append(_change(rule, kind, moment, said, reading.value))
    last = readings[-1][1] if readings else Reading(rule.last_value, None, why=rule.last_reason)
    return _commit(rule, state, steps, last, now)


def _is_history(rule: AlertRule, kind: str, before: State) -> bool:
    """A quiet site runs out of data every few minutes: that is written down only for whoever wants to hear of it."""
    return kind not in ("no_data", "data") or rule.tells_no_data or before.status == "invalid"


def _record_invalid(rule: AlertRule, why: str, now: datetime) -> list[int]:
    before = state_of(rule)
    after = State("invalid", before.is_open)
    reading = Reading(None, None, why=why)
    steps = []
    if kind := happened(before, after):
        steps.append(_change(rule, kind, now, words.happened(kind, rule, None, reading), None))
    return _commit(rule, after, steps, reading, now)


def _change(rule: AlertRule, kind: str, at: datetime, said: str, value: float | None) -> AlertChange:
    return AlertChange(rule=rule, kind=kind, at=at, said=said[:600], value=value)


def _commit(rule: AlertRule, state: State, changes: list[AlertChange], last: Reading, now: datetime) -> list[int]:
    fired = [each.at for each in changes if each.kind == "fired"]
    # Only from what was read: a rule that was changed meanwhile, or evaluated by a faster one, is left as it is.
    seen = AlertRule.objects.filter(pk=rule.pk, evaluated_at=rule.evaluated_at, updated_at=rule.updated_at)
    with transaction.atomic():
        is_ours = seen.update(
            status=state.status,
            is_open=state.is_open,
            beyond_since=state.beyond_since,
            last_value=last.value,
            last_reason=last.why[:300],
            last_triggered_at=fired[-1] if fired else rule.last_triggered_at,
            evaluated_at=now,
            next_at=now + EVERY,
        )
        if not is_ours:
            return []
        return [notice.pk for each in changes for notice in _written(rule, each, now)]


def _written(rule: AlertRule, change: AlertChange, now: datetime) -> list[Notice]:
    _end_what_began(rule, change)
    change.save()
    return notices.put(rule, change, now)


def _end_what_began(rule: AlertRule, change: AlertChange) -> None:
    """Whatever happens ends a lack of data or an impossible question; a crossing ends only when it is resolved."""
    begun = ["no_data", "invalid"] + (["fired"] if change.kind == "resolved" else [])
    rule.changes.filter(kind__in=begun, ended_at=None).update(ended_at=change.at)
