"""What the writer and the bookkeeper do by themselves, done at once."""

from datetime import datetime

from tracking import lease, snapshot
from tracking.usage import ledger
from tracking.writer import Writer


def stored_and_booked(now: datetime) -> int:
    """Store what is logged, then book it; the number of entries."""
    stored()
    return ledger.drain(now)


def stored() -> None:
    fence = lease.acquire()
    assert fence is not None
    writer = Writer(fence, snapshot.load(fence))
    while writer.store_next(0):
        pass
    lease.release(fence)
