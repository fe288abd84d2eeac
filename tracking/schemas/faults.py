"""How many events of each schema were not as they should be, by day and cause: what the modes observe and warn are for.

    schema_faults:{dataset}:{day}   hash: "schema\\nevent\\ncode:property" → events, for KEPT_SECONDS

Refused events have a verdict of their own (tracking.rejections), and those in quarantine are kept whole. Like the
refusals this is never waited for.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import redis

from config.lib.redis_clients import cache_client
from tracking.schemas.compiled import Finding

KEPT_SECONDS = 8 * 24 * 60 * 60
DAYS = 7
# A stranger with the public key chooses the names of undeclared properties: with so many causes, no new one is noted.
MOST_CAUSES = 500
_NOTE = """
for i = 2, #ARGV, 2 do
    if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 1 or redis.call('HLEN', KEYS[1]) < tonumber(ARGV[1]) then
        redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
    end
end
redis.call('EXPIRE', KEYS[1], %d)
"""


SAID = {
    "type": "has another type",
    "required": "is missing",
    "enum": "has a value that is not listed",
    "format": "has another format",
    "undeclared": "is not listed",
    "event": "The schema has no such event",
    "schema": "There is no such schema",
}


class Faults(NamedTuple):
    """Of one cause in the last days."""

    schema: str
    event: str
    code: str
    name: str
    events: int

    @property
    def said(self) -> str:
        return SAID.get(self.code, self.code)


def note(dataset_id: int, now: datetime, findings: Sequence[Finding]) -> None:
    """Never raises: the answer has told the sender already."""
    if not findings:
        return
    counts = Counter(
        f"{found.schema}\n{found.event}\n{fault.code}:{fault.name}" for found in findings for fault in found.faults
    )
    given: list[Any] = [MOST_CAUSES]
    for cause, number in counts.items():
        given += (cause, number)
    try:
        cache_client().register_script(_NOTE % KEPT_SECONDS)([_key(dataset_id, now)], given)
    except redis.RedisError:
        return


def lately(dataset_id: int, now: datetime) -> list[Faults]:
    """Of the last DAYS days, the most frequent first. Raises redis.RedisError."""
    client: Any = cache_client()
    total: Counter[str] = Counter()
    for back in range(DAYS):
        found = client.hgetall(_key(dataset_id, now - timedelta(days=back)))
        total.update({cause.decode(): int(number) for cause, number in found.items()})
    return [_read(cause, number) for cause, number in sorted(total.items(), key=lambda each: (-each[1], each[0]))]


def _read(cause: str, number: int) -> Faults:
    schema, event, fault = cause.split("\n", 2)
    code, _, name = fault.partition(":")
    return Faults(schema, event, code, name, number)


def _key(dataset_id: int, day: datetime) -> str:
    return f"schema_faults:{dataset_id}:{day:%Y-%m-%d}"
