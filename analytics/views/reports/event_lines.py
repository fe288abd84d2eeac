"""Single events as lines: when, what, where, who, and everything else on demand."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse

from analytics import countries
from analytics.reports.money import decimal
from analytics.reports.people.called import called
from analytics.views.reports.amounts import amount
from tracking.events import INTERACTIVE, EventType
from workspaces.models import Workspace

LABELS = {
    "page_view": "Page view", "page_exit": "Left the page", "click": "Click", "form_submit": "Form sent",
    "form_interaction": "Form field", "identify": "Identified", "auto_identify": "Identified", "scroll": "Scrolled",
    "search": "Searched", "session_start": "Visit began", "session_end": "Visit ended",
}  # fmt: skip
# What the line shows already, or what nobody reads.
PLAIN = {"id", "type", "name", "at", "visitor_id", "session_id", "person_id", "path", "properties", "country", "value"}


@dataclass(frozen=True)
class EventLine:
    id: str
    at: datetime
    name: str
    kind: str
    is_deed: bool
    page: str
    who: str
    person_href: str
    session_href: str
    country: str
    flag: str
    value: str
    bot: str
    said: str  # the most telling property: what was searched, which link
    details: list[tuple[str, str]] = field(default_factory=list)


def event_line(workspace: Workspace, environment: str, event: dict[str, Any]) -> EventLine:
    properties = event["properties"]
    code = event["country"]
    query = "?env=test" if environment == "test" else ""
    return EventLine(
        id=event["id"],
        at=datetime.fromisoformat(event["at"]).astimezone(ZoneInfo(workspace.timezone)),
        name=LABELS.get(event["name"], event["name"]),
        kind=event["type"],
        is_deed=event["type"] in INTERACTIVE or event["type"] == EventType.PAGE_VIEW,
        page=event["path"],
        who=called(event["user_id"], event["person_id"]),
        person_href=reverse("person", args=[workspace.slug, event["person_id"]]) + query,
        session_href=reverse("session", args=[workspace.slug, event["session_id"]]) + query,
        country=countries.name_of(code) if code else "",
        flag=f"flags/{code}.svg" if code in countries.names() else "",
        value=_worth(workspace, event),
        bot=event["bot"],
        said=next(
            (properties[key] for key in ("query", "href", "element_text", "form_name") if properties.get(key)), ""
        ),
        details=_details(event),
    )


def _worth(workspace: Workspace, event: dict[str, Any]) -> str:
    if not event["value"]:
        return ""
    return amount(decimal(round(event["value"] * 10_000)), event["currency"] or workspace.currency)


def _details(event: dict[str, Any]) -> list[tuple[str, str]]:
    stored = [(name, str(value)) for name, value in event.items() if name not in PLAIN and value not in ("", 0, None)]
    return [*sorted(event["properties"].items()), *stored]
