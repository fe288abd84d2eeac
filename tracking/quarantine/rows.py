"""What the log says was set aside, as columns of the store's table `quarantine`."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from tracking.events import Envelope, Quarantined


def columns(envelopes: Iterable[Envelope]) -> dict[str, Sequence[Any]]:
    """One row for each event that was set aside."""
    found = [(envelope, aside) for envelope in envelopes for aside in envelope.quarantined]
    return {
        "dataset_id": [envelope.dataset_id for envelope, _ in found],
        "event_id": [aside.event.event_id for _, aside in found],
        "schema_name": [aside.schema for _, aside in found],
        "event": [aside.event_name for _, aside in found],
        "causes": [aside.causes for _, aside in found],
        "details": [aside.details for _, aside in found],
        "visitor_id": [aside.event.visitor or envelope.client.visitor for envelope, aside in found],
        "user_id": [aside.event.user_id for _, aside in found],
        "ts": [aside.event.at_ms for _, aside in found],
        "received_at": [envelope.received_ms for envelope, _ in found],
        "envelope": [_alone(envelope, aside) for envelope, aside in found],
        "state": ["waiting"] * len(found),
        "version": [envelope.received_ms for envelope, _ in found],
    }


def _alone(envelope: Envelope, aside: Quarantined) -> str:
    return msgspec.json.encode(msgspec.structs.replace(envelope, events=[], quarantined=[aside])).decode()
