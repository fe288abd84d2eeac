"""Create, change and delete organizations and their workspaces."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.crypto import get_random_string
from django.utils.text import slugify

from config.lib.problems import Problem
from config.lib.ratelimit import Limit, wait_seconds
from workspaces import api_keys, audit, domains, hosts
from workspaces.models import Membership, Organization, Role, Workspace

# What may be changed from outside. Whatever else a request carries is not looked at.
ORGANIZATION_FIELDS = ("name", "domain")
WORKSPACE_FIELDS = (
    "name",
    "domain",
    "timezone",
    "currency",
    "session_timeout_minutes",
    "bounce_engaged_seconds",
    "allowed_hosts",
)
# Of one person: each has limits of its own, so that whoever makes them without end has none.
ORGANIZATIONS_AN_HOUR = 20
ORGANIZATIONS = Limit(rate=ORGANIZATIONS_AN_HOUR / 3600, burst=ORGANIZATIONS_AN_HOUR)
SLUG_CHARACTERS = 40  # leaves room for a number or letters behind it, below the model's 48


def create_organization(owner: Any, *, name: str, now: datetime, slug: str = "", domain: str = "") -> Organization:
    """A new organization with `owner` as its Owner. A given slug that is taken is refused; a derived one gives way.

    Problem 429 with Retry-After for one more than ORGANIZATIONS_AN_HOUR.
    """
    organization = Organization(name=name.strip(), domain=hosts.normalize_domain(domain) or None)
    _check_pace(owner)
    with transaction.atomic():
        if organization.domain:
            domains.claim(organization.domain, organization, actor=owner, now=now)
        _save_with_slug(organization, name, slug)
        Membership.objects.create(organization=organization, user=owner, role=Role.OWNER)
        audit.record(organization, owner, "organization.create", organization.name, now=now)
    return organization


def _check_pace(owner: Any) -> None:
    if wait_s := wait_seconds(f"organization:{owner.pk}", ORGANIZATIONS):
        detail = f"That is {ORGANIZATIONS_AN_HOUR} organizations in an hour. Go on in {-(-wait_s // 60)} min."
        raise Problem(429, "too_many_organizations", detail, headers={"Retry-After": str(wait_s)})


def update_organization(organization: Organization, changes: Mapping[str, Any], *, actor: Any, now: datetime) -> None:
    changes = {name: value for name, value in changes.items() if name in ORGANIZATION_FIELDS}
    if "domain" in changes:
        changes["domain"] = hosts.normalize_domain(changes["domain"] or "") or None
    with transaction.atomic():
        if changes.get("domain"):
            domains.claim(changes["domain"], organization, actor=actor, now=now)
        _change(organization, changes)
        audit.record(organization, actor, "organization.change", ", ".join(sorted(changes)), now=now)
    api_keys.forget()


def delete_organization(organization: Organization) -> None:
    """Ends members, workspaces and keys with it. Its audit log goes too: it belongs to the organization."""
    organization.delete()
    api_keys.forget()


def create_workspace(
    organization: Organization,
    *,
    name: str,
    actor: Any,
    now: datetime,
    slug: str = "",
    domain: str = "",
    timezone: str = "UTC",
) -> Workspace:
    """A new workspace, born with one publishable live and one publishable test key."""
    workspace = Workspace(
        organization=organization, name=name.strip(), domain=hosts.normalize(domain), timezone=_zone(timezone)
    )
    with transaction.atomic():
        _save_with_slug(workspace, name, slug)
        audit.record(organization, actor, "workspace.create", workspace.name, now=now, workspace=workspace)
        api_keys.issue(workspace, name="Website", actor=actor, now=now)
        api_keys.issue(workspace, name="Website, test data", actor=actor, now=now, environment="test")
    return workspace


def update_workspace(workspace: Workspace, changes: Mapping[str, Any], *, actor: Any, now: datetime) -> None:
    changes = {name: value for name, value in changes.items() if name in WORKSPACE_FIELDS}
    if "domain" in changes:
        changes["domain"] = hosts.normalize(changes["domain"] or "")
    if "timezone" in changes:
        changes["timezone"] = _zone(changes["timezone"])
    if "allowed_hosts" in changes:
        changes["allowed_hosts"] = sorted({hosts.normalize_allowed(host) for host in changes["allowed_hosts"]} - {""})
    target = ", ".join(sorted(changes))
    with transaction.atomic():
        _change(workspace, changes)
        audit.record(workspace.organization, actor, "workspace.change", target, now=now, workspace=workspace)
    api_keys.forget()


def delete_workspace(workspace: Workspace, *, actor: Any, now: datetime) -> None:
    """Ends the workspace and its keys. Its number is never given again, so its events can never be seen by another."""
    with transaction.atomic():
        workspace.delete()
        audit.record(workspace.organization, actor, "workspace.delete", workspace.name, now=now)
    api_keys.forget()


def _change(row: models.Model, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        setattr(row, name, value)
    _save(row, lambda: row.save(update_fields=list(changes)))


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise Problem(422, "unknown_timezone", f"“{name}” is no time zone. Use an IANA name such as Europe/Berlin.")
    return name


def _save_with_slug(row: Organization | Workspace, name: str, slug: str) -> None:
    row.slug = slug or _free_slug(type(row), name)
    _save(row, row.save)


def _save(row: models.Model, write: Callable[[], None]) -> None:
    """Checks and writes; what the model or the database refuses becomes a Problem that names the field."""
    try:
        row.full_clean()
        with transaction.atomic():
            write()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Problem(422, "invalid", f"{field.replace('_', ' ').capitalize()}: {messages[0]}", field=field) from error
    except IntegrityError as error:
        raise Problem(409, "taken", "This name was taken a moment ago. Send it again or choose another.") from error


def _free_slug(model: type[Organization] | type[Workspace], name: str) -> str:
    words = name.removeprefix("www.").replace(".", " ").replace("_", " ")
    base = slugify(words)[:SLUG_CHARACTERS].strip("-") or model.__name__.lower()
    taken = set(model.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    candidates = [base, *(f"{base}-{number}" for number in range(2, 10))]
    free = next((slug for slug in candidates if slug not in taken), None)
    return free or f"{base}-{get_random_string(6, 'abcdefghijkmnpqrstuvwxyz23456789')}"
