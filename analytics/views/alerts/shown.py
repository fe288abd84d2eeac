"""A rule as pages show it: its sentence, its state, its last value."""

from dataclasses import dataclass
from datetime import datetime

from analytics.alerts import question, words
from analytics.models import AlertChange, AlertRule
from analytics.query.catalogue import Unit
from analytics.query.lookup import SavedOf
from analytics.query.model import QueryError
from analytics.reports.trends import Trend
from workspaces.models import Workspace

CHIPS = {"firing": "chip-bad", "pending": "chip-warn", "no_data": "chip-warn", "invalid": "chip-bad", "ok": "chip-ok"}
STATES = {
    "waiting": "Starting",
    "ok": "Quiet",
    "pending": "About to fire",
    "firing": "Firing",
    "no_data": "No data",
    "invalid": "Broken",
}


@dataclass(frozen=True)
class RuleRow:
    rule: AlertRule
    measure: str
    condition: str  # "above 100 for 5 minutes"
    window: str  # "the last hour"
    value: str
    state: str
    chip: str
    channels: list[str]


def rule_row(rule: AlertRule, now: datetime) -> RuleRow:
    asked = _asked(rule, now)
    unit: Unit = asked.unit if asked else "ratio"
    lasting = f" for {words.lasting(rule.for_minutes)}" if rule.for_minutes else ""
    is_snoozed = rule.snoozed_until is not None and rule.snoozed_until > now
    state = STATES[rule.status] if rule.is_active else "Off"
    return RuleRow(
        rule=rule,
        measure=words.measure(asked) if asked else "What it watched is gone",
        condition=words.condition(rule, unit) + lasting,
        window=f"the last {words.length(rule.window_minutes)}",
        value=words.number(unit, rule.last_value),
        state=f"{state}, snoozed" if is_snoozed and rule.is_active else state,
        chip=CHIPS.get(rule.status, "") if rule.is_active else "",
        channels=[each.name for each in rule.channels.all()],
    )


def rule_rows(workspace: Workspace, now: datetime) -> list[RuleRow]:
    """Those that need somebody first."""
    order = ("firing", "invalid", "no_data", "pending")
    found = AlertRule.objects.filter(workspace=workspace).select_related("workspace").prefetch_related("channels")
    every = sorted(found, key=lambda each: order.index(each.status) if each.status in order else len(order))
    return [rule_row(each, now) for each in every]


def open_changes(workspace: Workspace) -> list[AlertChange]:
    """What is going on now, and what nobody has seen yet."""
    found = AlertChange.objects.filter(rule__workspace=workspace, kind__in=("fired", "invalid"), ended_at=None)
    return list(found.select_related("rule", "acknowledged_by")[:50])


def _asked(rule: AlertRule, now: datetime) -> Trend | None:
    try:
        return question.read(rule.query, SavedOf(rule.workspace, now))
    except QueryError:
        return None
