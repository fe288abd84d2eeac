"""A workspace with a destination, events that were really stored, and a worker whose clock the test sets."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from config.testing.vendor import Received, Reply, Vendor
from config.testing.world import NOW
from tracking.events import Accepted, Client
from tracking.forwarding import accounting, claims, setup, work
from tracking.models import Delivery, Forwarding
from tracking.tests.building import envelope, event, log, ms
from tracking.writer import Writer
from workspaces.models import Workspace

BEGUN = NOW - timedelta(hours=1)  # when the destination was set up: 11:00
SECRETS = {
    "tinybird": {"token": "t0ken", "host": "{url}"},
    "supabase": {"key": "t0ken", "url": "{url}"},
    "amplitude": {"api_key": "t0ken", "host": "{url}"},
    "mixpanel": {"token": "t0ken", "host": "{url}"},
    "slack": {"url": "{url}/services/t0ken"},
    "webhook": {"url": "{url}", "secret": "whsec_" + "dGhlLXNlY3JldC10aGF0LW5vYm9keS1pcy1zaG93bg=="},
    "log": {},
}


def destination(
    workspace: Workspace, vendor: Vendor, kind: str = "mixpanel", name: str = "", now: datetime = BEGUN, **rules: Any
) -> Forwarding:
    values = {key: value.format(url=vendor.url) for key, value in SECRETS[kind].items()}
    rules = {"event_types": ["page_view", "identify", "goal"], **rules}
    return setup.create(workspace, kind, name or kind, values, rules, actor="tests", now=now)


def view(at: str = "11:30", **fields: Any) -> Accepted:
    return event(at, **fields)


def store(writer: Writer, dataset_id: int, events: Sequence[Accepted], received: str = "", **client: Any) -> None:
    """Through the log and the writer. Each is a request of its own, received when it happened unless told otherwise."""
    for each in events:
        about = {"received_ms": ms(received)} if received else {}
        if client:
            about["client"] = Client(**client)
        log(envelope(dataset_id, each, **about))
    while writer.store_next(0):
        pass


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def shift(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Mixpanel:
    """The vendor as it behaves: keeps what it takes, by insert id; `script` says otherwise for the next imports."""

    vendor: Vendor
    taken: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.vendor.respond = self.respond

    def respond(self, received: Received) -> Reply:
        if received.path == "/engage":
            return Reply(200, b'{"status": 1, "error": ""}')
        events = json.loads(received.body)
        self.taken |= {each["properties"]["$insert_id"]: each for each in events}
        return Reply(200, json.dumps({"code": 200, "num_records_imported": len(events), "status": "OK"}).encode())


def run(clock: Clock) -> int:
    """What the beat and its tasks do at this moment; how many destinations had something to do."""
    held = claims.claim_due(clock())
    for each in held:
        work.work(each, clock)
    return len(held)


def sent_ids(vendor: Vendor) -> list[list[str]]:
    """The ids of each import."""
    imports = [received for received in vendor.requests if received.path == "/import"]
    return [[each["properties"]["$insert_id"] for each in json.loads(received.body)] for received in imports]


def text_ids(events: Sequence[Accepted]) -> list[str]:
    return [str(uuid.UUID(bytes=each.event_id)) for each in events]


def books(forwarding: Forwarding) -> dict[str, Any]:
    """The days of a destination in sum. Raises AssertionError where they do not add up."""
    days = accounting.days(forwarding, (NOW - timedelta(days=30)).date())
    assert [day.missing for day in days] == [0] * len(days)
    rejected: dict[str, int] = {}
    for day in days:
        for reason, events in day.rejected.items():
            rejected[reason] = rejected.get(reason, 0) + events
    totals = {name: sum(getattr(day, name) for day in days) for name in ("eligible", "sent", "waiting", "dead")}
    return totals | {"rejected": rejected}


def only_delivery(forwarding: Forwarding) -> Delivery:
    return forwarding.deliveries.get()
