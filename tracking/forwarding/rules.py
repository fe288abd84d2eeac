"""What of an event goes to a destination, and under which names. Pure."""

from collections.abc import Mapping
from typing import Any

from tracking.destinations.model import Event
from tracking.models import Forwarding
from tracking.steps import privacy
from tracking.store.arrivals import Chosen

# What is known of an event's circumstances, by the names of the store's columns.
ABOUT = (
    "source", "channel", "utm_source", "utm_medium", "utm_campaign", "country", "region", "city", "browser",
    "browser_version", "os", "os_version", "device", "screen", "language",
)  # fmt: skip
NAMED = frozenset({"custom", "goal"})


def chosen(forwarding: Forwarding) -> Chosen:
    return Chosen(tuple(forwarding.event_types), tuple(forwarding.names), forwarding.sends_bots)


def event(row: Mapping[str, Any], traits: Mapping[str, str], forwarding: Forwarding) -> Event:
    """A row of the store as it goes to this destination."""
    personal = forwarding.sends_personal_data
    props, known = (_properties(each, forwarding) for each in (row["props"], traits))
    kept = (lambda text: text) if personal else privacy.redacted
    user_id = row["user_id"] if personal else privacy.identity(forwarding.dataset_id, row["user_id"])
    return Event(
        id=row["event_id"],
        type=row["type"],
        name=forwarding.renamed_events.get(row["name"], kept(row["name"])),
        at=row["ts"],
        received_at=row["received_at"],
        visitor_id=f"{row['visitor_id']:016x}",
        session_id=f"{row['session_id']:016x}",
        session_start_ms=(row["session_id"] >> 32) * 1000,
        user_id=user_id,
        url=kept(row["host"] + row["path"]),
        title=kept(row["title"]),
        referrer=kept(row["referrer"]),
        about={name: row[name] for name in ABOUT if row[name]},
        value=row["value"],
        currency=row["currency"],
        props=props | _measured(row),
        traits=known,
    )


def _properties(properties: Mapping[str, str], forwarding: Forwarding) -> dict[str, str]:
    dropped, renamed = set(forwarding.dropped_properties), forwarding.renamed_properties
    named = {renamed.get(name, name): value for name, value in properties.items() if name not in dropped}
    if forwarding.sends_personal_data:
        return named
    # By the sender's own name too: a rule that calls an address “contact” makes it no less personal.
    personal = {renamed.get(name, name) for name in properties if privacy.is_personal(name)}
    return {
        privacy.redacted(name): privacy.redacted_as_stored(name, value)
        for name, value in named.items()
        if name not in personal and not privacy.is_personal(name)
    }


def _measured(row: Mapping[str, Any]) -> dict[str, str]:
    """What the store keeps in columns of their own, under the names the sender used."""
    measured = {"scroll_depth": row["scroll"], "engaged_ms": row["engaged_ms"]}
    return {name: str(value) for name, value in measured.items() if value}
