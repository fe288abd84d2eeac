"""The events a dataset refused lately, with their reasons: what a workspace can list, and what a receipt shows.

    refusals:{dataset}   stream of the last KEPT refusals, for a week: receipt, moment, verdict. Not the event itself.

Written beside the day's counts and never waited for: where it cannot be written the counts still say how many.
"""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import redis

from config.lib.redis_clients import cache_client
from tracking.verdicts import Verdict

KEPT = 500
KEPT_SECONDS = 7 * 24 * 60 * 60
OF_ONE_REQUEST = 20  # a request may have 500 events with the same fault


def note(dataset_id: int, receipt: str, received_ms: int, verdicts: list[Verdict]) -> None:
    """Never raises: the answer has told the sender already."""
    refused = [verdict for verdict in verdicts if verdict.status in ("rejected", "quarantined")][:OF_ONE_REQUEST]
    if not refused:
        return
    try:
        with cache_client().pipeline(transaction=False) as pipe:
            for verdict in refused:
                fields: Any = {"r": receipt, "at": received_ms, "v": msgspec.json.encode(verdict)}
                pipe.xadd(_key(dataset_id), fields, maxlen=KEPT, approximate=True)
            pipe.expire(_key(dataset_id), KEPT_SECONDS)
            pipe.execute()
    except redis.RedisError:
        return


def lately(dataset_id: int, receipt: str | None = None, most: int = 50) -> list[dict[str, Any]]:
    """Newest first: receipt, at (ISO 8601) and the verdict's fields; of one receipt in its own order."""
    found: Any = cache_client().xrevrange(_key(dataset_id), count=KEPT)
    rows = [
        {"receipt": fields[b"r"].decode(), "at": _moment(fields[b"at"]), **json.loads(fields[b"v"])}
        for _, fields in found
    ]
    if receipt is None:
        return rows[:most]
    return [row for row in reversed(rows) if row["receipt"] == receipt]


def _moment(text: bytes) -> str:
    return datetime.fromtimestamp(int(text) / 1000, UTC).isoformat(timespec="milliseconds")


def _key(dataset_id: int) -> str:
    return f"refusals:{dataset_id}"
