"""Amplitude: events through the HTTP V2 API, what is known of people through the Identify API.

https://amplitude.com/docs/apis/analytics/http-v2 and https://amplitude.com/docs/apis/analytics/identify
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

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
from workspaces.outgoing import call, retry_after, told
from workspaces.providers import DeliveryError, option, register

THROTTLED_S = 30  # how long Amplitude wants to hear nothing of a device or user it throttles
TAKEN_FROM = {"platform": "device", "os_name": "os", "os_version": "os_version", "language": "language",
              "country": "country", "region": "region", "city": "city"}  # fmt: skip


@dataclass(frozen=True)
class AmplitudeSettings:
    api_key: str = option("API key", secret=True, help="Of the project: Settings, Projects.")
    host: str = option("API host", default="https://api2.amplitude.com", help="In the EU: https://api.eu.amplitude.com")

    def __post_init__(self) -> None:
        checked_address("host", self.host)


@register
class Amplitude(Destination):
    kind, label, Settings = "amplitude", "Amplitude", AmplitudeSettings
    says = "All events, with what is known of people as user properties."
    wants_traits = True

    def send(self, batch: Batch) -> Outcome:
        events = [to_event(event) for event in batch.events]
        self.check_size(as_json(events), batch)
        outcome = self._send_events(events)
        people = identifications(event for place, event in enumerate(batch.events) if place not in outcome.again)
        if people:
            self._identify(people)
        return outcome

    def test(self) -> None:
        """No event is sent: an unknown key is refused before the list is looked at."""
        self._check_key(self._post([]))

    def _send_events(self, events: list[dict[str, Any]]) -> Outcome:
        answer = self._post(events)
        said = as_object(answer.body)
        if answer.status == 200:
            return Outcome(len(events))
        if answer.status == 429:
            return self._throttled(len(events), said, answer)
        faulty = faults(said, len(events)) if answer.status == 400 else {}
        if faulty:
            # Amplitude takes nothing of a request with a faulty event; the others come again without it.
            again = [place for place in range(len(events)) if place not in faulty]
            return Outcome(0, Counter(faulty.values()), again)
        self._check_key(answer)
        raise Unacceptable("too_large" if answer.status == 413 else "http_400")

    def _check_key(self, answer: Answer) -> None:
        """A key that it does not know is answered with 400 like any fault."""
        error = str(as_object(answer.body).get("error", "")).lower().replace("_", " ")
        if answer.status == 400 and "api key" in error:
            raise DeliveryError(told(self, answer), permanent=True)

    def _throttled(self, number: int, said: Mapping[str, Any], answer: Answer) -> Outcome:
        if not said.get("throttled_events"):
            raise DeliveryError(told(self, answer), retry_after=retry_after(answer))
        return Outcome(0, {}, range(number), wait_s=retry_after(answer) or THROTTLED_S)

    def _post(self, events: list[dict[str, Any]]) -> Answer:
        body = {"api_key": self.settings.api_key, "events": events, "options": {"min_id_length": 1}}
        return self._call("/2/httpapi", as_json(body), "application/json", reads=(400, 413, 429))

    def _identify(self, people: list[dict[str, Any]]) -> None:
        form = {"api_key": self.settings.api_key, "identification": as_json(people).decode()}
        self._call("/identify", urlencode(form).encode(), "application/x-www-form-urlencoded")

    def _call(self, path: str, body: bytes, content_type: str, reads: Sequence[int] = ()) -> Answer:
        address = self.settings.host.rstrip("/") + path
        return call(self, "POST", address, body=body, headers={"content-type": content_type}, reads=reads)


def to_event(event: Event) -> dict[str, Any]:
    made: dict[str, Any] = {
        "event_type": event.name,
        "device_id": event.visitor_id,
        "time": epoch_ms(event.at),
        "insert_id": str(event.id),
        "session_id": event.session_start_ms,
        "event_properties": event.described(),
        **{theirs: event.about[ours] for theirs, ours in TAKEN_FROM.items() if ours in event.about},
    }
    if event.user_id:
        made["user_id"] = event.user_id
    if event.value:
        made["revenue"] = event.value
    return made


def identifications(events: Iterable[Event]) -> list[dict[str, Any]]:
    """One for each person of whom something is known."""
    known = {(event.user_id, event.visitor_id): dict(event.traits) for event in events if event.traits}
    return [
        {**({"user_id": user} if user else {}), "device_id": visitor, "user_properties": {"$set": traits}}
        for (user, visitor), traits in known.items()
    ]


def faults(said: Mapping[str, Any], number: int) -> dict[int, str]:
    """place → what is wrong, as a 400 lists it: kinds of faults, each by field or as a list of places."""
    found: dict[int, str] = {}
    for kind, word in (
        ("events_with_invalid_fields", "invalid"),
        ("events_with_missing_fields", "missing"),
        ("events_with_invalid_id_lengths", "id_length"),
    ):
        by_field = said.get(kind)
        for name, places in by_field.items() if isinstance(by_field, dict) else ():
            found |= {place: f"{word}_{str(name)[:32]}" for place in _places(places, number)}
    return found | dict.fromkeys(_places(said.get("silenced_events"), number), "silenced")


def _places(given: Any, number: int) -> list[int]:
    return (
        [place for place in given if isinstance(place, int) and 0 <= place < number] if isinstance(given, list) else []
    )
