"""Reading an organization's log: by who, what, where and when, newest first, page by page."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from config.lib.problems import Problem
from workspaces.models import AuditEntry, Organization, Workspace

PAGE_ROWS = 50
COLUMNS = ("number", "at", "actor", "action", "target", "workspace", "uid", "workspace_id", "previous", "seal")


@dataclass(frozen=True)
class Filter:
    """Empty: no condition. `before`: the number of the last entry seen."""

    actor: str = ""
    action: str = ""  # itself, or the word it begins with: key is key.issue, key.revoke, …
    workspace: str = ""  # slug
    first: date | None = None
    last: date | None = None
    before: int | None = None

    @property
    def parameters(self) -> dict[str, str]:
        """Back to the URL, without the page."""
        named = {"actor": self.actor, "action": self.action, "workspace": self.workspace}
        days = {"from": self.first, "to": self.last}
        return {name: str(value) for name, value in (named | days).items() if value}


@dataclass(frozen=True)
class Page:
    entries: list[AuditEntry]
    next_before: int | None  # for the page that follows


def read(params: Mapping[str, str]) -> Filter:
    """From the parameters of a request. Raises Problem 400."""
    before = params.get("before", "")
    if before and not (before.isdecimal() and len(before) <= 18):
        raise Problem(400, "cursor", "before is the number of an entry.", field="before")
    texts = {name: params.get(name, "").strip()[:255].replace("\0", "") for name in ("actor", "action", "workspace")}
    return Filter(**texts, first=_day(params, "from"), last=_day(params, "to"), before=int(before) if before else None)


def found(organization: Organization, wanted: Filter) -> QuerySet[AuditEntry]:
    """Newest first."""
    entries = AuditEntry.objects.filter(organization=organization).order_by("-number")
    if wanted.actor:
        entries = entries.filter(actor__icontains=wanted.actor)
    if wanted.action:
        prefix = wanted.action.rstrip(".") + "."
        entries = entries.filter(action=wanted.action) | entries.filter(action__startswith=prefix)
    if wanted.workspace:
        ids = Workspace.objects.filter(organization=organization, slug=wanted.workspace).values_list("id", flat=True)
        entries = entries.filter(workspace_id__in=list(ids))
    if wanted.first:
        entries = entries.filter(at__gte=_midnight(wanted.first))
    if wanted.last:
        entries = entries.filter(at__lt=_midnight(wanted.last) + timedelta(1))
    return entries.filter(number__lt=wanted.before) if wanted.before else entries


def page(organization: Organization, wanted: Filter, rows: int = PAGE_ROWS) -> Page:
    some = list(found(organization, wanted)[: rows + 1])
    return Page(some[:rows], some[rows - 1].number if len(some) > rows else None)


def actions(organization: Organization) -> list[str]:
    """Every action that occurs."""
    rows = AuditEntry.objects.filter(organization=organization).order_by("action")
    return list(rows.values_list("action", flat=True).distinct())


def table(organization: Organization, wanted: Filter) -> Iterator[Iterable[Any]]:
    """For the CSV: head and rows, with what is needed to check the seals."""
    names = dict(organization.workspaces.values_list("id", "name"))
    yield COLUMNS
    for entry in found(organization, wanted).iterator():
        yield [cell(entry, column, names) for column in COLUMNS]


def cell(entry: AuditEntry, column: str, names: Mapping[int, str]) -> Any:
    if column == "workspace":
        return names.get(entry.workspace_id or 0, "")
    if column == "at":
        return entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    value = getattr(entry, column)
    return "" if value is None else value


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _day(params: Mapping[str, str], name: str) -> date | None:
    written = params.get(name, "")
    try:
        day = date.fromisoformat(written) if written else None
    except ValueError:
        day = date.min
    if day and not 2000 <= day.year <= 2100:
        raise Problem(400, "invalid_date", f"{name} is a date, such as {name}=2026-01-31.", field=name)
    return day
