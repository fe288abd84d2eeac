"""From a parsed request to a durable answer: judge each event, log what is taken, say what became of each.

    Payload ──judged──► Work ──log──► spool.log: one Envelope a shard ──concluded──► Receipt
                         └──entry──► tracking.group, for many requests at once ──┘

Knows no HTTP framework: whatever receives requests calls `ingest`, or its parts, and sends the Receipt.
"""

from datetime import datetime

from tracking import filters, portions, spool
from tracking.append import Ration
from tracking.events import Client
from tracking.filters import Treatment
from tracking.ingest.conclusion import concluded as concluded
from tracking.ingest.entries import entry as entry
from tracking.ingest.entries import entry_of, ration_of, request_key
from tracking.ingest.judging import judged as judged
from tracking.ingest.work import Work as Work
from tracking.keys import KeyGrant
from tracking.payloads import Payload
from tracking.verdicts import Receipt as Receipt
from tracking.verdicts import Verdict as Verdict
from tracking.verdicts import status_of as status_of


def ingest(
    payload: Payload,
    body: bytes | None,
    grant: KeyGrant,
    client: Client,
    now: datetime,
    treatment: Treatment = filters.AS_USUAL,
) -> Receipt:
    """Raises redis.RedisError when the log cannot be written: then nothing of the request is kept."""
    return log(judged(payload, body, grant, client, now, treatment))


def log(work: Work) -> Receipt:
    """Waits for the disk. Raises redis.RedisError, and Problem 402."""
    return concluded(work, None if work.is_empty else _log(work))


def _log(work: Work) -> str | None:
    """The receipt; None when this very request is in the log already. Marks what is held. Raises Problem 402."""
    key, quantity, receipt = request_key(work), len(work.judged.events), ""

    def attempt(room: int, ration: Ration | None) -> bool:
        nonlocal receipt
        receipt, logged = entry_of(work, key, room, ration)
        return spool.log(work.received_ms, *logged)

    ration = ration_of(work)
    return receipt if portions.fit(quantity, ration, attempt) else None
