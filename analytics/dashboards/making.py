"""Dashboards: made, copied, changed, arranged and deleted here, each with its line in the audit log.

Two people may build at once. What is saved is made from the row as it is then, locked, and not as it was read: so of a
dashboard only what somebody changes changes. Who names the revision they saw is refused when there is a newer one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from analytics.dashboards.config import EMPTY, MOST_WIDGETS, checked, sized, widget
from analytics.models import Dashboard, DashboardAssignment
from analytics.query.lookup import SavedOf
from config.lib.problems import Problem
from config.lib.ratelimit import Limit, wait_seconds
from workspaces import audit
from workspaces.models import Workspace

MOST, MOST_TAGS, LONGEST_TAG = 200, 20, 100
PACE = Limit(rate=MOST / 3600, burst=MOST)  # of a workspace: as many an hour as it may have, deleted ones included
STALE = "Somebody else changed this dashboard meanwhile. Load it again, and repeat your change."

Fields = Mapping[str, Any]  # of a dashboard, by name


@transaction.atomic
def create(
    workspace: Workspace,
    *,
    name: str,
    actor: Any,
    now: datetime,
    description: str = "",
    config: Any = None,
    is_public: bool = False,
    tags: Sequence[str] = (),
) -> Dashboard:
    """QueryError for a config that cannot be understood, Problem for anything else that is wrong, 429 for making them
    without end."""
    if Dashboard.objects.filter(workspace=workspace).count() >= MOST:
        raise Problem(409, "too_many", f"A workspace has at most {MOST} dashboards. Delete one first.")
    if wait_s := wait_seconds(f"dashboards:{workspace.pk}", PACE):
        detail = f"That were {PACE.burst} dashboards in an hour. Go on in {wait_s} seconds."
        raise Problem(429, "too_many_dashboards", detail, headers={"Retry-After": str(wait_s)})
    made = Dashboard.objects.create(
        workspace=workspace,
        name=named(name),
        description=description.strip(),
        config=checked(EMPTY if config is None else config, SavedOf(workspace, now)),
        is_public=is_public,
        tags=tagged(tags),
        created_by=actor if getattr(actor, "pk", None) else None,
        created_at=now,
        updated_at=now,
    )
    _record(made, "dashboard.created", actor, now)
    return made


def duplicate(dashboard: Dashboard, *, actor: Any, now: datetime) -> Dashboard:
    """A copy for its maker alone: neither public nor assigned, and shared with nobody."""
    about = {"description": dashboard.description, "config": dashboard.config, "tags": dashboard.tags}
    name = f"{dashboard.name[:248]} (copy)"
    return create(dashboard.workspace, name=name, actor=actor, now=now, **about)


@transaction.atomic
def change(dashboard: Dashboard, *, actor: Any, now: datetime, revision: int | None = None, **fields: Any) -> Dashboard:
    """`fields` are name, description, config, is_public, tags. Problem 409 when `revision` is no longer the present.

    `config` is a whole one, or a function that makes it from the present one.
    """

    def fitting(present: Dashboard) -> Fields:
        return {field: _fitting(present, field, value, now) for field, value in fields.items()}

    changed = _save(dashboard, fitting, now, revision)
    _record(changed, "dashboard.changed", actor, now)
    return changed


def put_widget(dashboard: Dashboard, given: dict[str, Any], *, now: datetime) -> tuple[Dashboard, dict[str, Any]]:
    """Adds a widget at the end, or replaces the one of that id where it stands, as large as it is unless `given` says
    otherwise. QueryError."""
    made = widget(given, SavedOf(dashboard.workspace, now))

    def put(present: Dashboard) -> Fields:
        widgets = list(present.config["widgets"])
        place = next((n for n, each in enumerate(widgets) if each["id"] == made["id"]), len(widgets))
        if place >= MOST_WIDGETS:
            raise Problem(409, "too_many", f"A dashboard has at most {MOST_WIDGETS} widgets. Remove one first.")
        made.update(sized(given, widgets[place] if place < len(widgets) else made))
        widgets[place : place + 1] = [made]
        return {"config": present.config | {"widgets": widgets}}

    return _save(dashboard, put, now), made


def arrange(dashboard: Dashboard, places: list[Any], *, now: datetime, revision: int) -> Dashboard:
    """`places` are {"id", "w", "h"} in their new order; a widget that is not named is gone. QueryError for a size."""

    def arranged(present: Dashboard) -> Fields:
        known = {each["id"]: each for each in present.config["widgets"]}
        if any(not isinstance(each, dict) or each.get("id") not in known for each in places):
            raise Problem(409, "changed_meanwhile", STALE, revision=present.revision)
        widgets = [known[each["id"]] | sized(each, known[each["id"]]) for each in places]
        return {"config": present.config | {"widgets": widgets}}

    return _save(dashboard, arranged, now, revision)


@transaction.atomic
def assign(dashboard: Dashboard, people: Iterable[User], *, actor: Any, now: datetime) -> None:
    """Exactly these may see it, beside those who may see all."""
    people = list(people)
    Dashboard.objects.select_for_update(of=("self",)).get(pk=dashboard.pk)  # two who do this wait for each other
    before = set(dashboard.assignments.values_list("user_id", flat=True))
    if before == {each.pk for each in people}:
        return
    dashboard.assignments.all().delete()
    DashboardAssignment.objects.bulk_create(DashboardAssignment(dashboard=dashboard, user=each) for each in people)
    _record(dashboard, "dashboard.assigned", actor, now, f"{dashboard.name}: {', '.join(map(str, people)) or 'nobody'}")


@transaction.atomic
def delete(dashboard: Dashboard, *, actor: Any, now: datetime) -> None:
    dashboard.delete()
    _record(dashboard, "dashboard.deleted", actor, now)


def members(workspace: Workspace, emails: Sequence[str]) -> list[User]:
    """The members of the organization with these addresses. Problem for an address that is nobody's."""
    wanted = {each.strip().lower() for each in emails if each.strip()}
    found = [each for each in workspace.organization.members.all() if each.email.lower() in wanted]
    unknown = wanted - {each.email.lower() for each in found}
    if unknown:
        detail = f"{', '.join(sorted(unknown))} is no member of the organization. Invite them first."
        raise Problem(422, "not_a_member", detail, field="viewers")
    return found


def named(name: str) -> str:
    if not name.strip() or len(name.strip()) > 255 or not name.isprintable():
        raise Problem(422, "name", "Give it a name of at most 255 characters, on one line.", field="name")
    return name.strip()


def tagged(tags: Sequence[str]) -> list[str]:
    """Each once, without blanks around it."""
    found = list(dict.fromkeys(each.strip() for each in tags if each.strip()))
    if len(found) > MOST_TAGS or any(len(each) > LONGEST_TAG or not each.isprintable() for each in found):
        raise Problem(422, "tags", f"At most {MOST_TAGS} tags of at most {LONGEST_TAG} characters.", field="tags")
    return found


def _fitting(dashboard: Dashboard, field: str, value: Any, now: datetime) -> Any:
    if field == "config":
        return checked(value(dashboard.config) if callable(value) else value, SavedOf(dashboard.workspace, now))
    if field == "name":
        return named(value)
    return tagged(value) if field == "tags" else value


def _save(
    dashboard: Dashboard, change: Callable[[Dashboard], Fields], now: datetime, revision: int | None = None
) -> Dashboard:
    """`change` gets the row as it is now, which nobody else changes until it is saved."""
    with transaction.atomic():
        present = Dashboard.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=dashboard.pk)
        if revision is not None and revision != present.revision:
            raise Problem(409, "changed_meanwhile", STALE, revision=present.revision)
        for field, value in change(present).items():
            setattr(present, field, value)
        present.revision, present.updated_at = present.revision + 1, now
        present.save()
    return present


def _record(dashboard: Dashboard, action: str, actor: Any, now: datetime, target: str = "") -> None:
    workspace = dashboard.workspace
    target = target or dashboard.name
    audit.record(workspace.organization, actor, action, target, now=now, workspace=workspace)
