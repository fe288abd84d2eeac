"""Rules that repair: made from what a person chose, tried on what waits, then applied to what comes and what came."""

from datetime import datetime
from typing import Any

from django.db import transaction

from config.lib.problems import Problem
from tracking.events import MAX_KEY_BYTES, MAX_NAME_BYTES
from tracking.models import EventSchema, FixRule, Replay
from tracking.quarantine import replays
from tracking.schemas import registry
from tracking.schemas.compiled import RENAME_EVENT, Rule
from tracking.schemas.fixes import ACTIONS
from tracking.schemas.kinds import is_plain
from workspaces.models import Environment

MAX_RULES = 100
NOT_YET = 2**63 - 1  # the number of a rule that is only tried: newer than all


def cleaned(event: str, action: str, name: str, argument: Any = None) -> Rule:
    """Raises Problem 422 with the field."""
    if action not in ACTIONS:
        raise Problem(422, "invalid_rule", f"Choose what to do: {', '.join(ACTIONS)}.", field="action")
    if action == RENAME_EVENT:
        name = ""
    elif not name or len(name.encode()) > MAX_KEY_BYTES:
        raise Problem(422, "invalid_rule", "Name the property that the rule is about.", field="property")
    if not event or len(event.encode()) > MAX_NAME_BYTES:
        raise Problem(422, "invalid_rule", "Name the event that the rule is about.", field="event")
    if not is_plain(argument):
        raise Problem(422, "invalid_rule", "No event can hold this value.", field="argument")
    argument = ACTIONS[action].clean(argument)
    if action == "rename" and argument == name or action == RENAME_EVENT and argument == event:
        raise Problem(422, "invalid_rule", "Give another name than the present one.", field="argument")
    return Rule(NOT_YET, event, action, name, argument)


def add(
    schema: EventSchema, environment: Environment, rule: Rule, *, actor: Any, now: datetime
) -> tuple[FixRule, Replay]:
    """For events to come at once, for those that wait by the replay that is returned: send tasks.run_replay."""
    if schema.fixes.count() >= MAX_RULES:
        raise Problem(409, "too_many", f"A schema has at most {MAX_RULES} rules. End one first.")
    with transaction.atomic():
        made = registry.add_rule(schema, rule, actor=actor, now=now)
        replay = replays.start(schema.workspace, environment, schema.name, rule.event, actor=actor, now=now)
    return made, replay
