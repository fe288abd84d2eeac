"""Cohorts: saved people. Living ones are conditions, looked up anew; frozen ones are lists in the event store.

Reports that show people keep them with `save_people`.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from analytics.models import Cohort
from analytics.query.condition_json import from_list, kept
from analytics.query.lookup import cohort_of
from analytics.reports import people_of
from config.lib.problems import Problem
from tracking import store
from tracking.models import CollectionRules
from tracking.steps import privacy
from tracking.visits import person_of
from workspaces import audit
from workspaces.models import Environment, Workspace

MOST = 200  # in a workspace
MOST_PEOPLE = 1_000_000
MOST_DAYS = 400
BLOCK = 50_000  # people in one insert
TAKEN = "There is a cohort of this name. Choose another."
Kind = Cohort.Kind


def create_living(
    workspace: Workspace, *, name: str, filters: Any, days: int, actor: Any, now: datetime, description: str = ""
) -> Cohort:
    """Who in the last `days` days did what `filters` say. QueryError for filters that cannot be understood."""
    made = _new(
        workspace, name, description, actor, now, kind=Kind.LIVING, filters=checked(filters), days=checked_days(days)
    )
    return _created(made, actor, now)


def save_people(
    workspace: Workspace,
    environment: Environment,
    *,
    name: str,
    people: Iterable[int],
    actor: Any,
    now: datetime,
    description: str = "",
) -> Cohort:
    """A frozen cohort of these person_ids. Problem when there are none, or too many; StoreUnavailable."""
    found = list(dict.fromkeys(people))
    if not found:
        raise Problem(422, "no_people", "There is nobody to keep: choose other conditions.", field="people")
    if len(found) > MOST_PEOPLE:
        raise Problem(422, "too_many_people", f"A list holds at most {MOST_PEOPLE:,} people.", field="people")
    made = _new(workspace, name, description, actor, now, kind=Kind.FROZEN, environment=environment, size=len(found))
    # The row first: its number names the list. If the store is away, both are gone again.
    with transaction.atomic():
        _created(made, actor, now)
        _fill(made, found)
    return made


def save_users(workspace: Workspace, environment: Environment, *, user_ids: Iterable[str], **others: Any) -> Cohort:
    """The same of the customer's own user ids, as they are sent with events."""
    rules = CollectionRules.objects.filter(workspace=workspace).first()
    is_kept = rules is not None and rules.keeps_personal_data
    dataset_id = workspace.dataset_id(environment)
    # As the door stores them (tracking.judge): e-mail addresses only as keyed digests, unless the workspace keeps them.
    stored = (each if is_kept else privacy.identity(dataset_id, each) for each in map(str.strip, user_ids) if each)
    return save_people(workspace, environment, people=(person_of(dataset_id, each) for each in stored), **others)


def freeze(cohort: Cohort, environment: Environment, *, name: str, actor: Any, now: datetime) -> Cohort:
    """Those who are in a living cohort at this moment, as a list."""
    workspace = cohort.workspace
    people = people_of.ids(
        workspace.dataset_id(environment), cohort_of(cohort, now, workspace.timezone), MOST_PEOPLE + 1
    )
    about = f"{cohort.name} as of {now:%Y-%m-%d %H:%M} UTC"
    return save_people(workspace, environment, name=name, people=people, actor=actor, now=now, description=about)


@transaction.atomic
def change(cohort: Cohort, *, actor: Any, now: datetime, **fields: Any) -> Cohort:
    """`fields` are name, description and, of a living one, filters and days; what is as it was may be among them."""
    fields = {name: value for name, value in fields.items() if value != getattr(cohort, name)}
    if cohort.kind == Kind.FROZEN and {"filters", "days"} & set(fields):
        raise Problem(422, "frozen", "A frozen cohort has no filters: make a new one.", field="filters")
    checks = {"filters": checked, "days": checked_days}
    for field, value in fields.items():
        setattr(cohort, field, checks.get(field, str.strip)(value))
    cohort.updated_at = now
    _save(cohort)
    _record(cohort, "cohort.changed", actor, now)
    return cohort


def delete(cohort: Cohort, *, actor: Any, now: datetime) -> None:
    """With its list. StoreUnavailable: then nothing is deleted."""
    if cohort.kind == Kind.FROZEN:
        store.delete_list(_dataset(cohort), cohort.pk)
    with transaction.atomic():
        cohort.delete()
        _record(cohort, "cohort.deleted", actor, now)


def checked(filters: Any) -> list[Any]:
    conditions = from_list(filters)
    if not conditions:
        raise Problem(422, "no_filters", "A living cohort needs at least one filter.", field="filters")
    return kept(conditions)


def checked_days(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= MOST_DAYS:
        raise Problem(422, "days", f"days is a whole number from 1 to {MOST_DAYS}.", field="days")
    return given


def _new(workspace: Workspace, name: str, description: str, actor: Any, now: datetime, **fields: Any) -> Cohort:
    if Cohort.objects.filter(workspace=workspace).count() >= MOST:
        raise Problem(409, "too_many", f"A workspace has at most {MOST} cohorts. Delete one first.")
    maker = actor if getattr(actor, "pk", None) else None
    about = {"name": name.strip(), "description": description[:300], "created_by": maker}
    return Cohort(workspace=workspace, created_at=now, updated_at=now, **about, **fields)


@transaction.atomic
def _created(made: Cohort, actor: Any, now: datetime) -> Cohort:
    _save(made)
    _record(made, "cohort.created", actor, now)
    return made


def _fill(cohort: Cohort, people: list[int]) -> None:
    batch = uuid.uuid4()
    for start in range(0, len(people), BLOCK):
        store.add_to_list(_dataset(cohort), cohort.pk, people[start : start + BLOCK], token=f"{batch}:{start}")


def _dataset(cohort: Cohort) -> int:
    return cohort.workspace.dataset_id("test" if cohort.environment == "test" else "live")


def _record(cohort: Cohort, action: str, actor: Any, now: datetime) -> None:
    workspace = cohort.workspace
    audit.record(workspace.organization, actor, action, cohort.name, now=now, workspace=workspace)


def _save(cohort: Cohort) -> None:
    try:
        with transaction.atomic():
            cohort.save()
    except IntegrityError:
        raise Problem(409, "name_taken", TAKEN, field="name") from None
