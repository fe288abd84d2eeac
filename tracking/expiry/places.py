"""Where an event leaves traces: from where events come to where they stay, so that none slips past."""

from collections.abc import Iterator
from datetime import timedelta
from typing import cast

from tracking.erasure import envelopes
from tracking.expiry import limits
from tracking.models import CatalogueMark, Expiry, SeenProperty
from tracking.store import expiry as stored
from workspaces.models import Environment

LOOKED_AGAIN = timedelta(days=7)  # so far back the catalogue finds new examples


SAID = {
    "events": "events",
    "sessions": "visits",
    "traits": "properties of people",
    "identity": "merges of people",
    "cohort_members": "entries of cohorts",
    "quarantine": "quarantined",
    "held": "held",
    "unstorable": "unstorable",
    "examples": "properties with examples",
}


def told(row: Expiry) -> str:
    """How much the run deleted, by place."""
    return ", ".join(f"{row.found[place]:,} {words}" for place, words in SAID.items() if row.found.get(place))


def dataset_of(row: Expiry) -> int:
    return row.workspace.dataset_id(cast(Environment, row.environment))


def delete(row: Expiry) -> Iterator[tuple[str, int]]:
    """Place after place, with how much of it went. Raises StoreError, redis.RedisError."""
    dataset_id, before_ms = dataset_of(row), limits.epoch_ms(row.before)
    yield "held", envelopes.take_held([dataset_id], lambda _, event: event.at_ms < before_ms)
    yield "unstorable", envelopes.take_unstorable([dataset_id], lambda around: around.received_ms < before_ms)
    yield from stored.delete_before(dataset_id, row.before)
    yield "examples", _forget_examples(row)


def _forget_examples(row: Expiry) -> int:
    """The catalogue shows values as examples, and nobody knows of which event one is. Its next look finds others."""
    of = {"workspace": row.workspace, "environment": row.environment}
    seen = SeenProperty.objects.filter(**{f"event__{name}": value for name, value in of.items()})
    forgotten = seen.filter(first_seen__date__lt=row.before).exclude(examples=[]).update(examples=[])
    since = row.started_at - LOOKED_AGAIN
    CatalogueMark.objects.filter(**of, read_until__gt=since).update(read_until=since)
    return forgotten
