"""Supabase: one row for each person, upserted through its REST interface (PostgREST).

https://supabase.com/docs/guides/api and https://docs.postgrest.org/en/stable/references/api/tables_views.html#upsert
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tracking.destinations.model import (
    IDENTITIES,
    Batch,
    Destination,
    Event,
    Outcome,
    Unacceptable,
    as_json,
    as_object,
    checked_address,
)
from workspaces.outgoing import call, told
from workspaces.providers import DeliveryError, SettingError, option, register

NAME = re.compile(r"\w{1,63}", re.ASCII)
SETTINGS_WRONG = {"PGRST204", "PGRST205", "42P10", "42703"}  # table or column is missing, or is not unique


@dataclass(frozen=True)
class SupabaseSettings:
    url: str = option("Project URL", help="Such as https://abcdefgh.supabase.co")
    key: str = option("Secret key", secret=True, help="sb_secret_…, or the older service_role key.")
    table: str = option("Table", default="people", help="The documentation has the statement that creates it.")

    def __post_init__(self) -> None:
        checked_address("url", self.url)
        if not NAME.fullmatch(self.table):
            raise SettingError("table", "The name of a table has letters, digits and underscores.")


@register
class Supabase(Destination):
    kind, label, Settings = "supabase", "Supabase", SupabaseSettings
    says = "Who your visitors turned out to be: one row for each person, kept up to date."
    accepts, wants_traits = IDENTITIES, True

    def send(self, batch: Batch) -> Outcome:
        query = urlencode({"on_conflict": "id"})
        prefer = {"prefer": "resolution=merge-duplicates,return=minimal,missing=default"}
        body = as_json(rows(batch.events))
        self.check_size(body, batch)
        self._ask("POST", query, body, prefer)
        return Outcome(len(batch.events))

    def test(self) -> None:
        """Reads no row, but the names of all columns that are written."""
        self._ask("GET", urlencode({"select": ",".join(COLUMNS), "limit": "0"}))

    def _ask(self, method: str, query: str, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        key = self.settings.key
        sent = {"apikey": key, "content-type": "application/json", **(headers or {})}
        if key.startswith("eyJ"):  # the older keys are tokens, the newer ones are refused there
            sent["authorization"] = f"Bearer {key}"
        address = f"{self.settings.url.rstrip('/')}/rest/v1/{self.settings.table}?{query}"
        answer = call(self, method, address, body=body, headers=sent, reads=(400, 409, 413, 422))
        if answer.status < 300:
            return
        code = as_object(answer.body).get("code")
        if code in SETTINGS_WRONG:
            raise DeliveryError(told(self, answer), permanent=True)
        raise Unacceptable(reason(answer.status, code))


COLUMNS = ("id", "user_id", "visitor_id", "traits", "last_event", "last_event_at", "last_properties")


def reason(status: int, code: Any) -> str:
    if status == 413:
        return "too_large"
    return f"postgres_{code}" if isinstance(code, str) and NAME.fullmatch(code) else f"http_{status}"


def rows(events: Sequence[Event]) -> list[dict[str, Any]]:
    """One row for each person, of their last event: PostgreSQL refuses to write a row twice in one statement."""
    latest: dict[str, Event] = {}
    for event in sorted(events, key=lambda each: each.at):
        latest[event.user_id or f"visitor:{event.visitor_id}"] = event
    return [_row(key, event) for key, event in latest.items()]


def _row(key: str, event: Event) -> dict[str, Any]:
    return {
        "id": key,
        "user_id": event.user_id or None,
        "visitor_id": event.visitor_id,
        "traits": dict(event.traits),
        "last_event": event.name,
        "last_event_at": event.at.isoformat(timespec="milliseconds"),
        "last_properties": dict(event.props),
    }
