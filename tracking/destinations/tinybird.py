"""Tinybird's Events API: a line of JSON for each event.

https://www.tinybird.co/docs/api-reference/events-api
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tracking.destinations.model import (
    Batch,
    Destination,
    Event,
    Outcome,
    Unacceptable,
    as_json,
    as_object,
    checked_address,
)
from workspaces.outgoing import call
from workspaces.providers import option, register


@dataclass(frozen=True)
class TinybirdSettings:
    token: str = option("Token", help="With the right to append to the data source.", secret=True)
    data_source: str = option("Data source", default="events", help="Its name in Tinybird.")
    host: str = option("API host", default="https://api.tinybird.co", help="That of your region.")

    def __post_init__(self) -> None:
        checked_address("host", self.host)


@register
class Tinybird(Destination):
    kind, label, Settings = "tinybird", "Tinybird", TinybirdSettings
    says = "Behaviour as rows of a data source: page views, clicks, scrolling, your own events."
    accepts = frozenset({"page_view", "click", "scroll", "custom"})
    max_bytes = 10_000_000

    def send(self, batch: Batch) -> Outcome:
        lines = b"\n".join(as_json(row(event)) for event in batch.events)
        self.check_size(lines, batch)
        answer = self._post(lines)
        if answer.status in (400, 413):
            raise Unacceptable("too_large" if answer.status == 413 else "http_400")
        # 422: a materialized view failed after the rows were taken; sent again they would be there twice.
        quarantined = as_object(answer.body).get("quarantined_rows", 0)
        quarantined = min(quarantined, len(batch.events)) if isinstance(quarantined, int) else 0
        return Outcome(len(batch.events) - quarantined, {"quarantined": quarantined} if quarantined else {})

    def test(self) -> None:
        """Appends nothing: Tinybird checks the token before it looks at the rows."""
        self._post(b"")

    def _post(self, lines: bytes) -> Any:
        # `wait`: answered when the rows are in the database, with the number of those that were not taken.
        where = urlencode({"name": self.settings.data_source, "wait": "true"})
        headers = {"authorization": f"Bearer {self.settings.token}", "content-type": "application/x-ndjson"}
        address = f"{self.settings.host.rstrip('/')}/v0/events?{where}"
        return call(self, "POST", address, body=lines, headers=headers, reads=(400, 413, 422))


def row(event: Event) -> dict[str, Any]:
    return {
        "event_id": str(event.id),
        "timestamp": event.at.isoformat(timespec="milliseconds"),
        "event_type": event.type,
        "event_name": event.name,
        "user_id": event.user_id,
        "visitor_id": event.visitor_id,
        "session_id": event.session_id,
        "url": event.url,
        "title": event.title,
        "referrer": event.referrer,
        **{name: event.about.get(name, "") for name in ("source", "country", "browser", "os", "device", "language")},
        "value": event.value,
        "currency": event.currency,
        "properties": as_json(event.props).decode(),
    }
