"""Mixpanel: events through /import, what is known of people through /engage.

https://docs.mixpanel.com/reference/import-events and https://docs.mixpanel.com/reference/profile-batch-update
"""

import base64
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from config.lib.http import Answer
from tracking.destinations.model import (
    Batch,
    Destination,
    Event,
    Outcome,
    Unacceptable,
    as_json,
    as_object,
    checked_address,
    epoch_ms,
)
from workspaces.outgoing import call, told
from workspaces.providers import DeliveryError, option, register

FIELD = re.compile(r"[\w.$]{1,40}", re.ASCII)
CALLED = {"source": "utm_source", "country": "mp_country_code", "region": "$region", "city": "$city",
          "browser": "$browser", "browser_version": "$browser_version", "os": "$os", "device": "$device",
          "url": "$current_url", "referrer": "$referrer"}  # fmt: skip


@dataclass(frozen=True)
class MixpanelSettings:
    token: str = option("Project token", secret=True, help="Settings, Project settings, Access keys.")
    host: str = option(
        "API host",
        default="https://api.mixpanel.com",
        help="In the EU: https://api-eu.mixpanel.com, in India: https://api-in.mixpanel.com",
    )

    def __post_init__(self) -> None:
        checked_address("host", self.host)


@register
class Mixpanel(Destination):
    kind, label, Settings = "mixpanel", "Mixpanel", MixpanelSettings
    says = "All events, with what is known of people as profiles."
    max_bytes, wants_traits = 2_000_000, True

    def send(self, batch: Batch) -> Outcome:
        events = [to_event(event) for event in batch.events]
        self.check_size(as_json(events), batch)
        outcome = self._import(events)
        people = profiles(self.settings.token, batch.events)
        if people:
            self._engage(people)
        return outcome

    def test(self) -> None:
        """An import of no events: the token is checked, nothing is written."""
        self._post([])

    def _import(self, events: list[dict[str, Any]]) -> Outcome:
        answer = self._post(events)
        if answer.status == 413:
            raise Unacceptable("too_large")
        faulty = faults(as_object(answer.body), len(events)) if answer.status == 400 else {}
        if answer.status == 400 and not faulty:
            raise Unacceptable("http_400")
        # Unlike others, Mixpanel has taken the rest.
        return Outcome(len(events) - len(faulty), Counter(faulty.values()))

    def _post(self, events: list[dict[str, Any]]) -> Answer:
        basic = base64.b64encode(f"{self.settings.token}:".encode()).decode()
        headers = {"authorization": f"Basic {basic}", "content-type": "application/json"}
        address = self.settings.host.rstrip("/") + "/import?strict=1"
        return call(self, "POST", address, body=as_json(events), headers=headers, reads=(400, 413))

    def _engage(self, people: list[dict[str, Any]]) -> None:
        address = self.settings.host.rstrip("/") + "/engage?verbose=1#profile-batch-update"
        answer = call(self, "POST", address, body=as_json(people), headers={"content-type": "application/json"})
        # Answered with 200 even when nothing of it was good.
        if as_object(answer.body).get("status") == 0:
            raise DeliveryError(told(self, answer))


def to_event(event: Event) -> dict[str, Any]:
    described = {CALLED.get(name, name): value for name, value in event.described().items()}
    ours: dict[str, Any] = {
        "time": epoch_ms(event.at),
        "distinct_id": person(event),
        "$device_id": event.visitor_id,
        "$insert_id": str(event.id),
        "ip": "0",  # else ours would be located
    }
    if event.user_id:
        ours["$user_id"] = event.user_id
    return {"event": event.name, "properties": described | ours}


def person(event: Event) -> str:
    return event.user_id or f"$device:{event.visitor_id}"


def profiles(token: str, events: Iterable[Event]) -> list[dict[str, Any]]:
    """One for each person of whom something is known."""
    known = {person(event): dict(event.traits) for event in events if event.traits}
    fixed = {"$token": token, "$ip": "0", "$ignore_time": True}
    return [{**fixed, "$distinct_id": each, "$set": traits} for each, traits in known.items()]


def faults(said: Mapping[str, Any], number: int) -> dict[int, str]:
    """place → the field that is wrong, as a 400 lists it."""
    listed = said.get("failed_records")
    records = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    places = {each.get("index"): str(each.get("field", "")) for each in records}
    return {
        place: name if FIELD.fullmatch(name) else "invalid"
        for place, name in places.items()
        if isinstance(place, int) and 0 <= place < number
    }
